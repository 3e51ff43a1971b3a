#include "hls/file_store.h"

#include "hls/wire/playlist_text.h"
#include "observe/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <future>
#include <utility>

namespace matinee::hls {

namespace {

constexpr std::string_view kUnfinished = ".part";
constexpr std::size_t kMaxSegmentFile = std::size_t{256} << 20; // larger is none of ours

/// "" or what went wrong.
std::string writeWhole(const std::filesystem::path &path, const std::string &bytes)
{
    auto unfinished = path;
    unfinished += kUnfinished;
    const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return std::strerror(errno);
    std::string problem;
    for (std::size_t done = 0; done < bytes.size() && problem.empty();) {
        const auto count = ::write(file, bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno != EINTR)
            problem = std::strerror(errno);
        else if (count > 0)
            done += static_cast<std::size_t>(count);
    }
    if (::close(file) != 0 && problem.empty())
        problem = std::strerror(errno);
    if (problem.empty() && ::rename(unfinished.c_str(), path.c_str()) != 0)
        problem = std::strerror(errno);
    if (!problem.empty())
        ::unlink(unfinished.c_str());
    return problem;
}

SharedText readWhole(const std::filesystem::path &path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return nullptr;
    struct stat info
    {
    };
    std::string bytes;
    bool whole = false;
    if (::fstat(file, &info) == 0 && info.st_size > 0 && static_cast<std::size_t>(info.st_size) <= kMaxSegmentFile) {
        bytes.resize(static_cast<std::size_t>(info.st_size));
        std::size_t done = 0;
        for (ssize_t count = 1; done < bytes.size() && count > 0; done += static_cast<std::size_t>(std::max<ssize_t>(count, 0)))
            count = ::pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        whole = done == bytes.size();
    }
    ::close(file);
    return whole ? std::make_shared<const std::string>(std::move(bytes)) : nullptr;
}

} // namespace

Result<std::unique_ptr<FileStore>> FileStore::open(std::filesystem::path folder, std::size_t maxBytes)
{
    using Answer = Result<std::unique_ptr<FileStore>>;
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    if (!error)
        std::filesystem::create_directories(folder, error);
    if (!error)
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error)
        return fail(ErrorCode::Unavailable,
                    "The folder for HLS segments, " + folder.string() + ", cannot be used: " + error.message() + ".");
    return Answer(std::unique_ptr<FileStore>(new FileStore(std::move(folder), maxBytes)));
}

FileStore::FileStore(std::filesystem::path folder, std::size_t maxBytes) : m_folder(std::move(folder)), m_maxBytes(maxBytes) {}

FileStore::~FileStore()
{
    m_writer.join();
    m_readers.join();
    std::error_code ignored;
    std::filesystem::remove_all(m_folder, ignored);
}

std::filesystem::path FileStore::pathOf(const std::string &id) const
{
    return m_folder / percentEncoded(id); // '/' becomes %2F: one flat folder, and no way out of it
}

/// Lets go of the oldest that are also on disk.
void FileStore::makeRoom(std::size_t wanted)
{
    while (m_bytes + wanted > m_maxBytes && !m_recent.empty()) {
        auto &entry = m_entries.at(m_recent.front());
        m_recent.pop_front();
        m_bytes -= entry.bytes->size();
        entry.bytes.reset();
    }
}

Result<void> FileStore::put(const std::string &id, SharedText bytes)
{
    {
        const std::lock_guard lock(m_mutex);
        makeRoom(bytes->size());
        if (m_bytes + bytes->size() > m_maxBytes)
            return fail(ErrorCode::Unavailable, m_failing ? "The disk takes no HLS segments, and memory is full of them."
                                                          : "The disk is too slow for the HLS segments that wait for it.");
        if (m_entries.contains(id))
            return fail(ErrorCode::AlreadyExists, "There is such a segment.");
        m_bytes += bytes->size();
        m_entries[id] = {std::move(bytes), State::Pending, {}};
    }
    asio::post(m_writer, [this, id] { write(id); });
    return {};
}

void FileStore::write(const std::string &id)
{
    SharedText bytes;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_entries.find(id);
        if (found == m_entries.end() || found->second.state == State::Written)
            return;
        bytes = found->second.bytes;
    }
    written(id, writeWhole(pathOf(id), *bytes));
}

void FileStore::written(const std::string &id, const std::string &problem)
{
    std::vector<std::string> again;
    bool dropped = false;
    {
        const std::lock_guard lock(m_mutex);
        if (problem.empty() != !m_failing) {
            m_failing = !problem.empty();
            if (m_failing) {
                log::error("hls", "segments cannot be written to {}: {}; they stay in memory", m_folder.string(), problem);
            } else {
                log::info("hls", "segments are written to {} again", m_folder.string());
                for (const auto &[other, entry] : m_entries) {
                    if (entry.state == State::Failed)
                        again.push_back(other);
                }
            }
        }
        const auto found = m_entries.find(id);
        dropped = found == m_entries.end();
        if (!dropped) {
            found->second.state = problem.empty() ? State::Written : State::Failed;
            if (problem.empty())
                found->second.recent = m_recent.insert(m_recent.end(), id);
        }
    }
    if (dropped)
        ::unlink(pathOf(id).c_str()); // given up while it was being written
    for (auto &other : again)
        asio::post(m_writer, [this, other = std::move(other)] { write(other); });
}

SharedText FileStore::get(const std::string &id) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_entries.find(id);
    return found == m_entries.end() ? nullptr : found->second.bytes;
}

Task<SharedText> FileStore::fetch(std::string id)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_entries.find(id);
        if (found == m_entries.end())
            co_return SharedText();
        if (found->second.bytes)
            co_return found->second.bytes;
    }
    auto reading = [](std::filesystem::path path) -> Task<SharedText> { co_return readWhole(path); }(pathOf(id));
    co_return co_await asio::co_spawn(m_readers, std::move(reading), asio::use_awaitable);
}

void FileStore::drop(const std::string &id)
{
    SharedText freedAfterwards;
    bool onDisk = false;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_entries.find(id);
        if (found == m_entries.end())
            return;
        onDisk = found->second.state == State::Written;
        if (found->second.bytes) {
            m_bytes -= found->second.bytes->size();
            if (onDisk)
                m_recent.erase(found->second.recent);
            freedAfterwards = std::move(found->second.bytes);
        }
        m_entries.erase(found);
    }
    if (onDisk)
        asio::post(m_writer, [path = pathOf(id)] { ::unlink(path.c_str()); });
}

std::size_t FileStore::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

bool FileStore::isFailing() const
{
    const std::lock_guard lock(m_mutex);
    return m_failing;
}

void FileStore::settle()
{
    for (int round = 0; round < 2; ++round) { // what is tried again is posted by the first
        std::promise<void> done;
        asio::post(m_writer, [&] { done.set_value(); });
        done.get_future().get();
    }
}

} // namespace matinee::hls
