#include "record/disk.h"

#include "observe/log.h"

#include <filesystem>
#include <sys/statvfs.h>
#include <unistd.h>

namespace matinee::record {

namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t kRoomToBegin = std::uint64_t{8} << 20; // above the minimum

} // namespace

std::string OpenFile::words() const
{
    const std::lock_guard lock(m_mutex);
    return m_words;
}

Disk::Disk(DiskOptions options, observe::Metrics *metrics) : m_options(std::move(options))
{
    if (metrics) {
        m_written = metrics->counter("matinee_record_bytes_total", "Bytes written to recordings.");
        m_files = metrics->counter("matinee_record_files_total", "Recording files begun.");
        m_failures = metrics->counter("matinee_record_write_failures_total", "Writes to recordings that the disk refused.");
        m_latency = metrics->histogram("matinee_record_write_seconds", "Time that the disk took for a fragment of a recording.",
                                       observe::timeBounds());
    }
}

void Disk::start()
{
    look();
    m_thread = std::thread([this] { run(); });
}

Disk::~Disk()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        m_paused = false;
    }
    m_news.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

void Disk::setPaused(bool paused)
{
    {
        const std::lock_guard lock(m_mutex);
        m_paused = paused;
    }
    m_news.notify_all();
}

bool Disk::enqueue(Job job, bool bounded)
{
    {
        const std::lock_guard lock(m_mutex);
        if (bounded && (m_queue.size() >= m_options.queueJobs || m_queuedBytes + job.bytes > m_options.queueBytes))
            return false;
        m_queuedBytes += job.bytes;
        m_queue.push_back(std::move(job));
    }
    m_news.notify_one();
    return true;
}

OpenFilePtr Disk::open(std::string path, std::string init)
{
    auto file = std::make_shared<OpenFile>(std::move(path));
    Job job;
    job.bytes = init.size();
    job.run = [this, file, init = std::move(init)] {
        look();
        auto created = RecordingFile::create(absolute(file->path), init);
        if (!created)
            return end(*file, created.error().full ? OpenFile::State::Full : OpenFile::State::Failed, created.error().error);
        file->m_file = std::make_unique<RecordingFile>(std::move(*created));
        file->m_bytes = file->m_file->bytes();
        file->m_synced = steady_clock::now();
        m_open.insert(file.get());
        m_files.add();
    };
    enqueue(std::move(job), false); // one for each file, and few at a time: never refused, so that a file's fate is always told
    return file;
}

bool Disk::append(const OpenFilePtr &file, std::string fragment)
{
    Job job;
    job.bytes = fragment.size();
    auto bytes = std::make_shared<std::string>(std::move(fragment));
    job.run = [this, file, bytes] { write(*file, std::move(*bytes)); };
    return enqueue(std::move(job), true);
}

void Disk::finish(const OpenFilePtr &file, std::function<void()> done)
{
    Job job;
    job.run = [this, file, done = std::move(done)] {
        if (auto &open = file->m_file) {
            m_open.erase(file.get());
            if (open->isEmpty()) {
                ::unlink(absolute(file->path).c_str());
                file->m_bytes = 0;
            } else if (const auto finished = open->finish(); !finished) {
                m_failures.add();
                log::warn("record", "{}: {}", file->path, finished.error().error.message);
            }
            open.reset();
        }
        done();
    };
    enqueue(std::move(job), false);
}

void Disk::end(OpenFile &file, OpenFile::State state, const Error &error)
{
    {
        const std::lock_guard lock(file.m_mutex);
        file.m_words = error.message;
    }
    m_failures.add();
    file.m_state = state;
    m_looked = {};
    look();
}

void Disk::write(OpenFile &file, std::string fragment)
{
    look();
    if (file.m_state != OpenFile::State::Writing || !file.m_file) {
        ++file.m_lost;
        return;
    }
    const auto size = fragment.size();
    if (m_free < m_minFree + size) {
        ++file.m_lost;
        return end(file, OpenFile::State::Full, fail(ErrorCode::Unavailable, "recording.min_free_megabytes is reached."));
    }
    const auto begin = steady_clock::now();
    const auto written = file.m_file->append(std::move(fragment));
    m_latency.observe(std::chrono::duration<double>(steady_clock::now() - begin).count());
    if (!written) {
        ++file.m_lost;
        return end(file, written.error().full ? OpenFile::State::Full : OpenFile::State::Failed, written.error().error);
    }
    m_written.add(static_cast<double>(size));
    file.m_bytes = file.m_file->bytes();
    file.m_duration = file.m_file->duration().count();
}

void Disk::look()
{
    const auto now = steady_clock::now();
    if (m_looked != steady_clock::time_point{} && now - m_looked < m_options.lookEvery)
        return;
    m_looked = now;
    struct statvfs facts = {};
    // The folder may not be there yet; what counts is the disk that it will be on.
    for (std::filesystem::path path = m_options.folder; ::statvfs(path.c_str(), &facts) != 0; path = path.parent_path()) {
        if (!path.has_relative_path()) {
            facts = {};
            break;
        }
    }
    m_free = std::uint64_t{facts.f_bavail} * facts.f_frsize;
    m_room = m_free >= m_minFree + kRoomToBegin;
}

void Disk::syncOpen()
{
    const auto now = steady_clock::now();
    for (auto *file : m_open) {
        if (file->m_state != OpenFile::State::Writing || now - file->m_synced < m_options.syncEvery)
            continue;
        file->m_synced = now;
        if (const auto synced = file->m_file->sync(); !synced)
            end(*file, synced.error().full ? OpenFile::State::Full : OpenFile::State::Failed, synced.error().error);
    }
}

void Disk::run()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_news.wait_for(lock, m_options.lookEvery, [this] { return m_stopping || (!m_queue.empty() && !m_paused); });
        if (m_queue.empty() && m_stopping)
            return;
        if (m_queue.empty() || m_paused) {
            lock.unlock();
            look();
            syncOpen();
            lock.lock();
            continue;
        }
        auto job = std::move(m_queue.front());
        m_queue.pop_front();
        lock.unlock();
        job.run();
        job.run = nullptr;
        m_queuedBytes -= job.bytes;
        syncOpen();
        lock.lock();
    }
}

} // namespace matinee::record
