#include "record/recording_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace matinee::record {

namespace {

Result<void, DiskFailure> writeAll(int descriptor, std::string_view bytes, std::uint64_t offset)
{
    while (!bytes.empty()) {
        const auto count = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            const int code = count == 0 ? ENOSPC : errno;
            return DiskFailure{diskError("The recording cannot be written", code), isFull(code)};
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

std::string_view view(const std::vector<std::uint8_t> &bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

ReadAt readerOf(std::string_view bytes, std::uint64_t from)
{
    return [bytes, from](std::uint64_t offset, std::span<std::uint8_t> into) -> Result<std::size_t, BoxError> {
        const auto at = std::min<std::uint64_t>(offset - from, bytes.size());
        const auto count = std::min<std::size_t>(into.size(), bytes.size() - at);
        std::memcpy(into.data(), bytes.data() + at, count);
        return count;
    };
}

/// Moves the earliest of the runs to `at`, and the others with it.
std::vector<TrackShift> shiftsOf(const std::vector<TrackRun> &runs, const std::vector<TrackTiming> &tracks, MediaTime at)
{
    auto first = MediaTime::max();
    for (const auto &run : runs)
        for (const auto &track : tracks)
            if (track.id == run.trackId)
                if (const auto begins = toMediaTime(run.begins, track.timescale))
                    first = std::min(first, *begins);
    std::vector<TrackShift> shifts;
    for (const auto &track : tracks)
        shifts.push_back({track.id, toTicks(at, track.timescale) - toTicks(first, track.timescale)});
    return shifts;
}

/// The room between moov and the first fragment; 0 where a file has none.
std::size_t roomOf(const FragmentIndex &index)
{
    if (index.fragments.empty())
        return 0;
    return static_cast<std::size_t>(std::min<std::uint64_t>(index.fragments.front().offset - index.initBytes, std::uint64_t{1} << 20));
}

} // namespace

Descriptor::~Descriptor()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Descriptor &Descriptor::operator=(Descriptor &&other) noexcept
{
    if (this != &other) {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
        m_descriptor = other.release();
    }
    return *this;
}

int Descriptor::release()
{
    return std::exchange(m_descriptor, -1);
}

bool isFull(int code)
{
    return code == ENOSPC || code == EDQUOT;
}

Error diskError(std::string_view doing, int code)
{
    const auto kind = code == EACCES || code == EPERM || code == EROFS ? ErrorCode::PermissionDenied
                      : code == ENOENT                                 ? ErrorCode::NotFound
                      : code == EEXIST                                 ? ErrorCode::AlreadyExists
                                                                       : ErrorCode::Unavailable;
    const std::string why = isFull(code) ? "there is no room left on the disk" : std::string(std::strerror(code));
    return fail(kind, std::string(doing) + ": " + why + ".");
}

Result<Descriptor> openForReading(const std::string &path)
{
    Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat facts = {};
    if (!descriptor.isOpen() || ::fstat(descriptor.get(), &facts) != 0)
        return diskError("The recording's file cannot be opened", errno);
    if (!S_ISREG(facts.st_mode))
        return fail(ErrorCode::NotFound, "The recording's file is no plain file.");
    return descriptor;
}

Result<std::uint64_t> fileBytes(int descriptor)
{
    struct stat facts = {};
    if (::fstat(descriptor, &facts) != 0)
        return diskError("The recording's file cannot be read", errno);
    return static_cast<std::uint64_t>(facts.st_size);
}

ReadAt readerOf(int descriptor)
{
    return [descriptor](std::uint64_t offset, std::span<std::uint8_t> into) -> Result<std::size_t, BoxError> {
        std::size_t at = 0;
        while (at < into.size()) {
            const auto count = ::pread(descriptor, into.data() + at, into.size() - at, static_cast<off_t>(offset + at));
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return BoxError::Read;
            if (count == 0)
                break;
            at += static_cast<std::size_t>(count);
        }
        return at;
    };
}

Result<RecordingFile, DiskFailure> RecordingFile::create(const std::string &path, std::string_view init)
{
    RecordingFile file{Descriptor()};
    for (int attempt = 0; attempt < 2 && !file.m_descriptor.isOpen(); ++attempt) { // an empty folder may be tidied away in between
        std::error_code error;
        std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
        if (error)
            return DiskFailure{diskError("The folder of the recording cannot be made", error.value()), isFull(error.value())};
        file.m_descriptor = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640));
        if (!file.m_descriptor.isOpen() && errno != ENOENT)
            break;
    }
    if (!file.m_descriptor.isOpen())
        return DiskFailure{diskError("The recording's file cannot be made", errno), isFull(errno)};
    std::string head(init);
    head += view(segmentIndexBox({}, kIndexRoom));
    (void)extendIndex(file.m_index, readerOf(std::string_view(head), 0), head.size());
    if (file.m_index.tracks.empty() || file.m_index.end != head.size()) {
        ::unlink(path.c_str());
        return DiskFailure{fail(ErrorCode::Internal, "The head of the recording is not one."), false};
    }
    if (auto written = file.writeAt(head, 0); !written) {
        ::unlink(path.c_str());
        return written.error();
    }
    return file;
}

Result<void, DiskFailure> RecordingFile::writeAt(std::string_view bytes, std::uint64_t offset)
{
    auto written = writeAll(m_descriptor.get(), bytes, offset);
    if (!written)
        (void)!::ftruncate(m_descriptor.get(), static_cast<off_t>(offset));
    return written;
}

Result<void, DiskFailure> RecordingFile::append(std::string bytes, std::optional<MediaTime> at)
{
    const auto bad = [](BoxError error) {
        return DiskFailure{fail(ErrorCode::Internal, "A fragment of the recording is not one: " + std::string(boxErrorText(error)) + "."),
                           false};
    };
    const std::span data(reinterpret_cast<std::uint8_t *>(bytes.data()), bytes.size());
    const auto header = readBoxHeader(data, data.size());
    if (!header)
        return bad(header.error());
    if (header->type != boxType("moof"))
        return bad(BoxError::Malformed);
    const auto moof = data.subspan(header->headerBytes, static_cast<std::size_t>(header->size) - header->headerBytes);
    if (m_shifts.empty() || at) {
        const auto runs = readFragment(moof, m_index.tracks);
        if (!runs)
            return bad(runs.error());
        m_shifts = shiftsOf(*runs, m_index.tracks, at.value_or(MediaTime{}));
    }
    if (const auto moved = moveFragment(moof, ++m_sequence, m_shifts); !moved)
        return bad(moved.error());
    const auto begin = m_index.end;
    if (auto written = writeAt(bytes, begin); !written)
        return written;
    if (const auto known = extendIndex(m_index, readerOf(std::string_view(bytes), begin), begin + bytes.size()); !known) {
        (void)!::ftruncate(m_descriptor.get(), static_cast<off_t>(m_index.end));
        return bad(known.error());
    }
    return {};
}

Result<void, DiskFailure> RecordingFile::sync()
{
    if (::fdatasync(m_descriptor.get()) != 0)
        return DiskFailure{diskError("The recording cannot be written", errno), isFull(errno)};
    ::posix_fadvise(m_descriptor.get(), static_cast<off_t>(m_synced), static_cast<off_t>(m_index.end - m_synced), POSIX_FADV_DONTNEED);
    m_synced = m_index.end;
    return {};
}

Result<void, DiskFailure> RecordingFile::finish()
{
    const auto box = segmentIndexBox(m_index, roomOf(m_index));
    // Overwrites room that is there already. What fails here costs the index, not the recording: no ftruncate.
    if (!box.empty())
        if (const auto written = writeAll(m_descriptor.get(), view(box), m_index.initBytes); !written)
            return written.error();
    auto synced = sync();
    m_descriptor = Descriptor();
    return synced;
}

Result<FragmentIndex> repair(const std::string &path)
{
    const Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!descriptor.isOpen())
        return diskError("The recording's file cannot be opened", errno);
    const auto size = fileBytes(descriptor.get());
    if (!size)
        return size.error();
    FragmentIndex index;
    const auto scanned = extendIndex(index, readerOf(descriptor.get()), *size);
    if (!scanned && scanned.error() == BoxError::Read)
        return diskError("The recording's file cannot be read", EIO);
    if (index.fragments.empty())
        return fail(ErrorCode::FailedPrecondition, "Nothing in the file can be played.");
    if (*size > index.end && ::ftruncate(descriptor.get(), static_cast<off_t>(index.end)) != 0)
        return diskError("The torn end of the recording cannot be cut off", errno);
    const auto room = roomOf(index);
    if (room >= kIndexRoom)
        (void)writeAll(descriptor.get(), view(segmentIndexBox(index, room)), index.initBytes);
    if (::fdatasync(descriptor.get()) != 0)
        return diskError("The recording cannot be written", errno);
    return index;
}

} // namespace matinee::record
