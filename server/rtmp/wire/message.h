// One RTMP message, as chunks carry it, and the numbers that the protocol gives to kinds of message. Adobe RTMP 1.0, 5.4, 6 and 7.1.
// Values; any thread.
#pragma once

#include "media/frame.h"

#include <cstdint>

namespace matinee::rtmp {

enum class MessageType : std::uint8_t
{
    SetChunkSize = 1,
    Abort = 2,
    Acknowledgement = 3,
    UserControl = 4,
    WindowAcknowledgementSize = 5,
    SetPeerBandwidth = 6,
    Audio = 8,
    Video = 9,
    DataAmf3 = 15,
    SharedObjectAmf3 = 16,
    CommandAmf3 = 17,
    DataAmf0 = 18,
    SharedObjectAmf0 = 19,
    CommandAmf0 = 20,
    Aggregate = 22,
};

enum class UserControlEvent : std::uint16_t
{
    StreamBegin = 0,
    StreamEof = 1,
    StreamDry = 2,
    SetBufferLength = 3,
    StreamIsRecorded = 4,
    PingRequest = 6,
    PingResponse = 7,
};

struct Message
{
    MessageType type = MessageType::CommandAmf0; ///< May be a number that has no name here.
    std::uint32_t streamId = 0;
    std::uint32_t timestamp = 0; ///< Milliseconds, modulo 2^32.
    media::Bytes payload;
};

/// Chunk streams that we write on. A reader takes any.
enum ChunkStreamId : std::uint32_t
{
    kControlChunks = 2,
    kCommandChunks = 3,
    kAudioChunks = 4,
    kDataChunks = 5,
    kVideoChunks = 6
};

/// The only message stream that we hand out; frames encoded once for all players are addressed to it.
inline constexpr std::uint32_t kMediaStreamId = 1;

inline constexpr std::uint32_t kInitialChunkSize = 128;
/// What we announce: one chunk for nearly every frame, and small enough for every player seen.
inline constexpr std::uint32_t kOurChunkSize = 65536;

} // namespace matinee::rtmp
