#include "pictures/recording_frames.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace matinee::pictures {

using record::BoxError;
using record::boxType;
using record::FragmentEntry;
using record::FragmentIndex;
using record::Reading;

namespace {

constexpr std::uint64_t kMostMoof = std::uint64_t{4} << 20;
constexpr int kMostBoxesBefore = 8;
constexpr std::uint64_t kMostInit = std::uint64_t{2} << 20;

Error broken(BoxError error)
{
    return fail(ErrorCode::FailedPrecondition, "The recording cannot be read: " + std::string(record::boxErrorText(error)) + ".");
}

Result<media::Bytes, BoxError> bytesAt(const Reading &reading, std::uint64_t offset, std::uint64_t size)
{
    media::Bytes bytes(static_cast<std::size_t>(size));
    const auto got = record::readerOf(reading.descriptor())(offset, bytes);
    if (!got)
        return got.error();
    if (*got < bytes.size())
        return BoxError::Truncated;
    return bytes;
}

bool isDeleted(int descriptor)
{
    struct stat status
    {
    };
    return ::fstat(descriptor, &status) == 0 && status.st_nlink == 0;
}

bool writeAll(int descriptor, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

} // namespace

std::vector<std::size_t> chooseFragments(const FragmentIndex &index, record::MediaTime interval, std::size_t most)
{
    std::vector<std::size_t> chosen;
    record::MediaTime due = index.begins();
    for (std::size_t i = 0; i < index.fragments.size() && chosen.size() < most; ++i) {
        const auto &fragment = index.fragments[i];
        if (!fragment.independent || (!chosen.empty() && fragment.begins < due))
            continue;
        chosen.push_back(i);
        due = fragment.begins + interval;
    }
    return chosen;
}

Result<VideoDescription> describeVideo(const Reading &reading, const FragmentIndex &index)
{
    if (index.initBytes > kMostInit)
        return broken(BoxError::TooLarge);
    const auto init = bytesAt(reading, 0, index.initBytes);
    if (!init)
        return broken(init.error());
    std::span<const std::uint8_t> rest(*init);
    while (!rest.empty()) {
        const auto header = record::readBoxHeader(rest, rest.size());
        if (!header)
            return broken(header.error());
        const auto size = static_cast<std::size_t>(header->size);
        if (header->type == boxType("moov")) {
            auto video = readVideoDescription(rest.subspan(header->headerBytes, size - header->headerBytes));
            if (!video)
                return broken(video.error());
            if (!*video)
                return fail(ErrorCode::FailedPrecondition, "There is no picture in this recording, only sound.");
            return std::move(**video);
        }
        rest = rest.subspan(size);
    }
    return broken(BoxError::NoTracks);
}

Result<media::Bytes> keyFrameOf(const Reading &reading, const FragmentEntry &fragment, const VideoDescription &video)
{
    if (isDeleted(reading.descriptor()))
        return fail(ErrorCode::NotFound, "The recording has been deleted.");
    auto at = fragment.offset;
    const auto end = fragment.offset + fragment.size;
    record::BoxHeader header;
    for (int boxes = 0; header.type != boxType("moof"); ++boxes) { // what stands before it (styp, prft) belongs to the fragment
        at += header.size;
        if (boxes >= kMostBoxesBefore || at >= end)
            return broken(BoxError::Malformed);
        const auto head = bytesAt(reading, at, std::min<std::uint64_t>(end - at, record::kMostBoxHeader));
        if (!head)
            return broken(head.error());
        const auto read = record::readBoxHeader(*head, end - at);
        if (!read)
            return broken(read.error());
        header = *read;
    }
    if (header.size > kMostMoof)
        return broken(BoxError::TooLarge);
    const auto payload = bytesAt(reading, at + header.headerBytes, header.size - header.headerBytes);
    if (!payload)
        return broken(payload.error());
    const auto sample = readKeySample(*payload, video);
    if (!sample)
        return broken(sample.error());
    if (!*sample)
        return fail(ErrorCode::FailedPrecondition, "There is no picture in this part of the recording.");
    if ((*sample)->offset > end - at || (*sample)->size > end - at - (*sample)->offset)
        return broken(BoxError::Malformed);
    auto bytes = bytesAt(reading, at + (*sample)->offset, (*sample)->size);
    if (!bytes)
        return broken(bytes.error());
    return std::move(*bytes);
}

Result<void> writeBeside(const std::string &path, const std::string &of, const std::string &bytes)
{
    const auto unfinished = path + ".tmp";
    const record::Descriptor file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640));
    if (!file.isOpen())
        return record::diskError("The preview cannot be written", errno);
    const bool written = writeAll(file.get(), bytes) && ::fdatasync(file.get()) == 0 && ::rename(unfinished.c_str(), path.c_str()) == 0;
    if (!written) {
        const int code = errno;
        (void)::unlink(unfinished.c_str());
        return record::diskError("The preview cannot be written", code);
    }
    // The recording is deleted first and its preview after it. Whichever of us came last has seen the other.
    if (::access(of.c_str(), F_OK) != 0) {
        (void)::unlink(path.c_str());
        return fail(ErrorCode::NotFound, "The recording has been deleted.");
    }
    return {};
}

std::optional<std::string> readBeside(const std::string &path, std::size_t most)
{
    const auto file = record::openForReading(path);
    const auto size = file ? record::fileBytes(file->get()) : Result<std::uint64_t>(file.error());
    if (!size || *size > most)
        return std::nullopt;
    std::string bytes(static_cast<std::size_t>(*size), '\0');
    const auto got = record::readerOf(file->get())(0, std::span(reinterpret_cast<std::uint8_t *>(bytes.data()), bytes.size()));
    if (!got || *got != bytes.size())
        return std::nullopt;
    return bytes;
}

} // namespace matinee::pictures
