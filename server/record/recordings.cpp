#include "record/recordings.h"

#include "observe/log.h"
#include "store/streams.h"

#include <boost/asio/as_tuple.hpp>

namespace matinee::record {

namespace {

using std::chrono::milliseconds;
using WishJob = std::function<Result<std::optional<bool>>(store::Transaction &)>;

constexpr std::chrono::seconds kRetentionEach{60};
constexpr milliseconds kDatabaseRetry{2000};
constexpr milliseconds kPoll{50};
constexpr milliseconds kAnswerWait{3000}; // for a file to begin or end, before a call answers

Task<void> sleep(milliseconds time)
{
    asio::steady_timer timer(net::Worker::current()->context(), time);
    (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

DiskOptions diskOptions(const RecordingOptions &options)
{
    auto disk = options.disk;
    disk.folder = options.folder;
    return disk;
}

Error noSuchStream(const std::string &name)
{
    return fail(ErrorCode::NotFound, "There is no stream named " + name + ".", "name");
}

} // namespace

Recordings::Recordings(live::Registry &registry, store::Store &store, net::WorkerPool &workers, RecordingOptions options,
                       observe::Metrics *metrics)
    : m_registry(registry),
      m_store(store),
      m_workers(workers),
      m_disk(diskOptions(options), metrics),
      m_archive(store, m_disk, metrics),
      m_clips(m_archive),
      m_alive(std::make_shared<std::atomic<Recordings *>>(this)),
      m_options(std::move(options))
{
    m_disk.setMinFree(m_options.minFreeBytes);
    if (metrics)
        exposeMetrics(*metrics);
}

Recordings::~Recordings()
{
    *m_alive = nullptr;
}

void Recordings::exposeMetrics(observe::Metrics &metrics)
{
    m_lostGroups = metrics.counter("matinee_record_lost_groups_total", "Groups of pictures that were not recorded: disk too slow or full.");
    auto queued = metrics.gauge("matinee_record_queue_bytes", "Bytes of recordings waiting for the disk.");
    auto free = metrics.gauge("matinee_record_disk_free_bytes", "Room left on the disk of the recordings.");
    auto active = metrics.gauge("matinee_record_streams", "Streams that are being recorded.");
    metrics.onScrape([alive = m_alive, queued, free, active]() mutable {
        auto *const self = alive->load();
        if (!self)
            return;
        queued.set(static_cast<double>(self->m_disk.queuedBytes()));
        free.set(static_cast<double>(self->m_disk.freeBytes()));
        const std::lock_guard lock(self->m_mutex);
        double count = 0;
        for (const auto &[name, recorder] : self->m_recorders)
            count += recorder->report().recordingId.empty() ? 0 : 1;
        active.set(count);
    });
}

net::Worker &Recordings::here()
{
    auto *const worker = net::Worker::current();
    return worker ? *worker : m_workers.next();
}

RecordingOptions Recordings::options() const
{
    const std::lock_guard lock(m_mutex);
    return m_options;
}

std::shared_ptr<Recorder> Recordings::recorderOf(const std::string &name) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_recorders.find(name);
    return found == m_recorders.end() ? nullptr : found->second;
}

void Recordings::start()
{
    m_disk.start();
    m_workers.at(0).spawn("recordings", look());
}

void Recordings::stop()
{
    m_stopping = true;
    m_clips.stop();
    const std::lock_guard lock(m_mutex);
    for (const auto &[name, recorder] : m_recorders)
        recorder->stop();
}

bool Recordings::idle() const
{
    const std::lock_guard lock(m_mutex);
    return m_clips.idle() && std::all_of(m_recorders.begin(), m_recorders.end(), [](const auto &entry) { return entry.second->isOver(); });
}

void Recordings::setOptions(const RecordingOptions &options)
{
    {
        const std::lock_guard lock(m_mutex);
        auto folder = std::move(m_options.folder);
        m_options = options;
        m_options.folder = std::move(folder);
    }
    m_disk.setMinFree(options.minFreeBytes);
    for (const auto &stream : m_registry.list())
        streamChanged(stream.name, true);
}

Task<void> Recordings::look()
{
    for (;;) {
        const auto recovered = co_await m_archive.recover();
        if (recovered)
            break;
        log::warn("record", "Recordings of the last run cannot be looked at yet: {}", recovered.error().message);
        co_await sleep(kDatabaseRetry);
    }
    m_ready = true;
    for (const auto &stream : m_registry.list())
        streamChanged(stream.name, true);
    while (!m_stopping) {
        const auto keep = options().keep;
        co_await m_archive.expire(keep);
        co_await sleep(kRetentionEach);
    }
}

void Recordings::streamChanged(const std::string &name, bool live)
{
    if (!live || !m_ready || m_stopping || live::isRendition(name))
        return;
    here().spawn("recording", decide(name));
}

/// Starts or stops the recorder of a stream, as is wished.
Task<void> Recordings::decide(std::string name)
{
    while (m_registry.isLive(name) && !m_stopping) {
        const WishJob job = [name](store::Transaction &tx) { return store::recordingWish(tx, name); };
        const auto wish = co_await m_store.read<std::optional<bool>>(job);
        if (!wish) {
            co_await sleep(kDatabaseRetry); // without the database there is no row for a file either
            continue;
        }
        std::shared_ptr<Recorder> made;
        {
            const std::lock_guard lock(m_mutex);
            auto &recorder = m_recorders[name];
            const bool wanted = wish->value_or(m_options.enabled);
            const bool runs = recorder && !recorder->isOver();
            if (runs && !wanted)
                recorder->stop();
            if (!runs && wanted && !m_stopping) {
                const auto current = [this] { return options().recorder; };
                recorder = made = std::make_shared<Recorder>(Recorder::Services{m_registry, m_archive, current, m_lostGroups}, name);
            }
            if (!recorder)
                m_recorders.erase(name);
        }
        if (made)
            co_await record(made, name);
        co_return;
    }
}

Task<void> Recordings::record(std::shared_ptr<Recorder> recorder, std::string name)
{
    co_await Recorder::run(recorder);
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_recorders.find(name);
        if (found != m_recorders.end() && found->second == recorder)
            m_recorders.erase(found);
    }
    // The stream may be back already, or recording wished again, while the last file was being closed.
    streamChanged(name, true);
}

Task<Result<StreamRecording>> Recordings::describe(std::string stream)
{
    struct Known
    {
        bool exists = false;
        std::optional<bool> wish;
    };
    const std::function<Result<Known>(store::Transaction &)> job = [stream](store::Transaction &tx) -> Result<Known> {
        const auto row = store::findStream(tx, stream);
        if (!row)
            return row.error();
        const auto wish = store::recordingWish(tx, stream);
        if (!wish)
            return wish.error();
        return Known{row->has_value(), *wish};
    };
    const auto known = co_await m_store.read<Known>(job);
    if (!known)
        co_return known.error();
    if (!known->exists)
        co_return noSuchStream(stream);
    StreamRecording answer;
    answer.wanted = known->wish.value_or(options().enabled);
    const auto recorder = recorderOf(stream);
    if (!recorder || recorder->isOver()) {
        const bool live = m_registry.isLive(stream);
        answer.state = answer.wanted ? "waiting" : "off";
        answer.detail = !answer.wanted ? "Not recorded." : live ? "The recording is about to begin." : "Recorded as soon as it is live.";
        co_return answer;
    }
    const auto report = recorder->report();
    answer.lostGroups = report.lostGroups;
    answer.recordingId = report.recordingId;
    answer.detail = report.words;
    switch (report.state) {
    case RecorderState::Waiting:
        answer.state = "waiting";
        answer.detail = "Waiting for the first key frame.";
        break;
    case RecorderState::Recording:
        answer.state = "recording";
        break;
    case RecorderState::NoRoom:
        answer.state = "waiting_for_room";
        break;
    case RecorderState::Failed:
        answer.state = "failed";
        break;
    }
    if (recorder->isStopped() && !answer.wanted)
        answer.detail = "The last file is being closed.";
    co_return answer;
}

Task<Result<StreamRecording>> Recordings::state(std::string stream)
{
    co_return co_await describe(std::move(stream));
}

Task<Result<StreamRecording>> Recordings::setWanted(std::string stream, bool wanted)
{
    const std::function<Result<bool>(store::Transaction &)> job = [stream, wanted](store::Transaction &tx) -> Result<bool> {
        const auto row = store::findStream(tx, stream);
        if (!row)
            return row.error();
        if (!*row)
            return false;
        const auto set = store::setRecordingWish(tx, stream, wanted);
        if (!set)
            return set.error();
        return true;
    };
    const auto exists = co_await m_store.write<bool>(job);
    if (!exists)
        co_return exists.error();
    if (!*exists)
        co_return noSuchStream(stream);
    streamChanged(stream, true);
    for (auto waited = milliseconds(0);; waited += kPoll) {
        auto answer = co_await describe(stream);
        if (!answer || waited >= kAnswerWait || !m_registry.isLive(stream))
            co_return answer;
        const bool settled = wanted ? answer->state != "waiting" : answer->state == "off";
        if (settled)
            co_return answer;
        co_await sleep(kPoll);
    }
}

} // namespace matinee::record
