// The server's side of an RTMP conversation after the handshake, as a value: bytes in, events out, bytes to send out. It knows the order of
// commands and answers those that need no decision; the session decides the rest. Owned by a session; no socket, no clock.
#pragma once

#include "rtmp/wire/amf0.h"
#include "rtmp/wire/chunk_reader.h"
#include "rtmp/wire/metadata.h"
#include "rtmp/wire/parameters.h"

#include "common/protocol/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace matinee::rtmp {

struct PublishRequest
{
    std::string key; ///< As sent, without what follows '?'. A secret.
    Parameters parameters; ///< Of the key, then of the app.
};
struct PlayRequest
{
    std::string name; ///< As sent, without what follows '?'.
    Parameters parameters; ///< Of the name, then of the app.

    /// A playback token, empty without.
    [[nodiscard]] std::string token() const
    {
        const auto found = parameters.find("token");
        return found == parameters.end() ? std::string() : found->second;
    }
};
struct PauseRequest
{
    bool paused = false;
};
/// The peer has ended what it published or played; the connection may still be open.
struct StreamClosed
{
};
/// Message: audio or video of a publisher.
using Event = std::variant<Message, EncoderMetadata, PublishRequest, PlayRequest, PauseRequest, StreamClosed>;

enum class DialogueError
{
    BadChunk,     ///< The chunk stream is broken; `reason` is chunkErrorName().
    BadCommand,   ///< A command whose AMF0 cannot be read.
    BadAggregate, ///< An aggregate message that does not add up.
    OutOfOrder,   ///< A stream command before connect, a second connect, a second publish or play.
};
struct DialogueFailure
{
    DialogueError error = DialogueError::BadChunk;
    std::string_view reason; ///< Static; a metric label.
};

class Dialogue
{
public:
    explicit Dialogue(ChunkLimits limits = {}) : m_chunks(limits) {}

    /// After a failure the conversation is over; what takeOutput() gives may still be sent.
    Result<void, DialogueFailure> feed(std::span<const std::uint8_t> bytes, std::vector<Event> &out);
    /// What to send now; empties it. At most a few hundred bytes for each command that was fed.
    [[nodiscard]] media::Bytes takeOutput();

    /// Answers to the last PublishRequest or PlayRequest. `code` is one of RTMP's: "NetStream.Publish.BadName".
    void acceptPublish();
    void acceptPlay(std::string_view name, std::span<const media::TrackPtr> tracks);
    void refuse(std::string_view code, std::string_view description);

    /// A status of level "status" or "error" on the media stream, at any time.
    void status(std::string_view level, std::string_view code, std::string_view description);
    /// The stream that was played has ended.
    void endPlay(std::string_view name);
    void ping(std::uint32_t timestamp);

    [[nodiscard]] const std::string &app() const { return m_app; }                ///< Through printable(), without what follows '?'.
    [[nodiscard]] const std::string &encoderVersion() const { return m_encoder; } ///< flashVer of connect, through printable().
    [[nodiscard]] bool connected() const { return m_connected; }

private:
    enum class Role
    {
        None,
        Asked,
        Publishing,
        Playing
    };

    Result<void, DialogueFailure> handle(Message message, std::vector<Event> &out);
    Result<void, DialogueFailure> handleCommand(const Message &message, std::vector<Event> &out);
    Result<void, DialogueFailure> handleConnect(double transaction, const std::vector<amf0::Value> &arguments);
    void handleStreamCommand(std::string_view name, double transaction, const std::vector<amf0::Value> &arguments, std::vector<Event> &out);
    [[nodiscard]] Parameters parametersOf(const amf0::Value &name) const;
    void handleUserControl(const Message &message);
    void acknowledge(std::size_t received);
    void send(MessageType type, std::uint32_t streamId, const media::Bytes &payload);
    void sendNumber(MessageType type, std::uint32_t value);
    void sendUserControl(std::uint16_t event, std::uint32_t value);
    void sendResult(double transaction, const amf0::Value &value);

    ChunkReader m_chunks;
    media::Bytes m_output;
    std::string m_app;
    Parameters m_appParameters;
    std::string m_encoder;
    Role m_role = Role::None;
    bool m_connected = false;
    std::uint32_t m_sendChunkSize = kInitialChunkSize;
    std::uint32_t m_window = 2500000; // the peer's, until it names one
    std::uint64_t m_received = 0;
    std::uint64_t m_acknowledged = 0;
};

} // namespace matinee::rtmp
