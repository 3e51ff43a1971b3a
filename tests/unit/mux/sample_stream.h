// Frames of a real encoder: the `ffmpeg` program makes an FLV, our reader takes it apart. For tests of everything that muxes.
#pragma once

#include "flv/wire/reader.h"
#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "media/frame.h"
#include "rtmp/wire/tag_body.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace matinee::sample {

/// What a command prints. It gets none of our descriptors: a player that held a copy of the server's end of its own connection would
/// never see it close. Ended after a minute.
inline std::string outputOf(const std::string &command)
{
    int ends[2];
    if (pipe(ends) != 0)
        return "there is no pipe";
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close_range(STDERR_FILENO + 1, ~0U, 0);
        execl("/usr/bin/timeout", "timeout", "60", "sh", "-c", command.c_str(), nullptr);
        _exit(127);
    }
    close(ends[1]);
    std::string out;
    std::array<char, 65536> buffer;
    for (ssize_t count; (count = read(ends[0], buffer.data(), buffer.size())) > 0;)
        out.append(buffer.data(), static_cast<std::size_t>(count));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 124)
        out += "timed out: " + command;
    return out;
}

inline std::vector<std::string> linesOf(const std::string &text)
{
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

/// A folder that goes away with the test.
class Folder
{
public:
    Folder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "matinee-test-XXXXXX").string();
        m_path = mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(m_path); }
    std::string write(const std::string &name, const std::string &bytes) const
    {
        const auto path = m_path + "/" + name;
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }

private:
    std::string m_path;
};

/// Runs ffmpeg with these inputs and codecs; it writes FLV.
inline std::string encodeWith(const std::string &arguments)
{
    return outputOf("ffmpeg -nostdin -v error -threads 1 " + arguments + " -f flv -");
}

inline constexpr const char *kTestPicture = "-f lavfi -i testsrc2=size=320x180:rate=30 ";
inline constexpr const char *kTestTone = "-f lavfi -i sine=frequency=440:sample_rate=48000 ";
inline constexpr const char *kVideoCodec = "-c:v libx264 -preset veryfast -g 30 -keyint_min 30 -sc_threshold 0 -pix_fmt yuv420p ";
inline constexpr const char *kAudioCodec = "-c:a aac -b:a 96k -ac 2 ";

struct Options
{
    int seconds = 6;
    int bFrames = 0;
    bool video = true;
    bool audio = true;
};

inline std::string encode(const Options &options)
{
    std::string arguments;
    if (options.video)
        arguments += kTestPicture;
    if (options.audio)
        arguments += kTestTone;
    if (options.video)
        arguments += kVideoCodec + ("-bf " + std::to_string(options.bFrames)) + " ";
    if (options.audio)
        arguments += kAudioCodec;
    return encodeWith(arguments + "-t " + std::to_string(options.seconds));
}

struct Stream
{
    std::vector<media::FramePtr> frames;
    std::vector<media::TrackPtr> tracks; ///< Video first.

    [[nodiscard]] std::size_t count(media::Kind kind) const
    {
        return static_cast<std::size_t>(
            std::count_if(frames.begin(), frames.end(), [&](const auto &frame) { return frame->track->kind == kind; }));
    }
};

inline media::FramePtr frameOf(media::TrackPtr track, std::uint32_t timestamp, std::chrono::milliseconds offset, bool key,
                               std::span<const std::uint8_t> payload)
{
    const std::chrono::milliseconds dts(timestamp);
    return std::make_shared<const media::Frame>(
        media::Frame{
        .track = std::move(track), .dts = dts, .pts = dts + offset, .key = key, .payload = media::Bytes(payload.begin(), payload.end())});
}

inline Stream parse(const std::string &flv)
{
    Stream stream;
    media::TrackPtr video;
    media::TrackPtr audio;
    flv::Reader reader;
    const auto tags = reader.feed({reinterpret_cast<const std::uint8_t *>(flv.data()), flv.size()});
    EXPECT_TRUE(tags) << "is ffmpeg installed?";
    if (!tags)
        return stream;
    EXPECT_TRUE(reader.atBoundary());
    for (const auto &tag : *tags) {
        if (tag.type == flv::TagType::Video) {
            const auto body = rtmp::parseVideoBody(tag.body);
            if (body && body->kind == rtmp::BodyKind::SequenceHeader)
                video = *media::h264::makeTrack(body->payload);
            else if (body && body->kind == rtmp::BodyKind::Frame)
                stream.frames.push_back(frameOf(video, tag.timestamp, body->compositionOffset, body->key, body->payload));
        } else if (tag.type == flv::TagType::Audio) {
            const auto body = rtmp::parseAudioBody(tag.body);
            if (body && body->kind == rtmp::BodyKind::SequenceHeader)
                audio = *media::aac::makeTrack(body->payload);
            else if (body && body->kind == rtmp::BodyKind::Frame)
                stream.frames.push_back(frameOf(audio, tag.timestamp, {}, true, body->payload));
        }
    }
    for (const auto &track : {video, audio}) {
        if (track)
            stream.tracks.push_back(track);
    }
    return stream;
}

/// One line of `ffprobe -show_packets`.
struct Packet
{
    std::string kind; ///< "video", "audio"
    long long pts = 0;
    long long dts = 0;
    bool key = false;
};

/// All packets of a file or address, in order.
inline std::vector<Packet> packetsOf(const std::string &source, const std::string &arguments = {})
{
    std::vector<Packet> packets;
    const auto text =
        outputOf("ffprobe -v error " + arguments + " -show_entries packet=codec_type,pts,dts,flags -of csv=p=0 '" + source + "'");
    for (const auto &line : linesOf(text)) {
        std::istringstream in(line);
        std::string kind, pts, dts, flags;
        if (!std::getline(in, kind, ',') || !std::getline(in, pts, ',') || !std::getline(in, dts, ',') || !std::getline(in, flags, ','))
            continue;
        packets.push_back({kind, std::atoll(pts.c_str()), std::atoll(dts.c_str()), flags.starts_with("K")});
    }
    return packets;
}

/// What a decoder complains of; empty for a good stream.
inline std::string decodeErrors(const std::string &source, const std::string &arguments = {})
{
    return outputOf("ffmpeg -nostdin -v error -xerror " + arguments + " -i '" + source + "' -f null - 2>&1");
}

inline void expectMonotonic(const std::vector<Packet> &packets)
{
    for (const char *kind : {"video", "audio"}) {
        const Packet *last = nullptr;
        for (const auto &packet : packets) {
            if (packet.kind != kind)
                continue;
            EXPECT_GE(packet.pts, packet.dts) << kind;
            if (last) {
                EXPECT_GT(packet.dts, last->dts) << kind;
            }
            last = &packet;
        }
    }
}

} // namespace matinee::sample
