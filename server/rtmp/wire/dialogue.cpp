#include "rtmp/wire/dialogue.h"

#include "rtmp/wire/aggregate.h"
#include "rtmp/wire/big_endian.h"
#include "rtmp/wire/chunk_writer.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

namespace matinee::rtmp {

namespace {

constexpr std::uint32_t kOurWindow = 2500000;
constexpr std::uint8_t kDynamicLimit = 2;
constexpr std::size_t kMaxArguments = 16;

/// Encoders and players put tokens of their own behind a question mark; they are no part of the name.
std::string nameOf(const amf0::Value &value)
{
    return std::string(withoutParameters(value.text().value_or("")));
}

const amf0::Value &at(const std::vector<amf0::Value> &arguments, std::size_t index)
{
    static const amf0::Value none;
    return index < arguments.size() ? arguments[index] : none;
}

/// What enhanced RTMP has us say of ourselves (Veovera E-RTMP v2, "Enhancing NetConnection connect Command"): all codecs are handed on as
/// they come; modifiers can be read; of several tracks the first is taken, which is not what it calls support of them.
void writeCapabilities(amf0::Writer &writer)
{
    constexpr double forward = 4;
    constexpr double modifiers = 4;
    constexpr std::array<std::string_view, 4> video{"avc1", "hvc1", "av01", "vp09"};
    constexpr std::array<std::string_view, 3> audio{"mp4a", "Opus", ".mp3"};
    auto list = std::make_shared<std::vector<amf0::Value>>();
    for (const auto code : video)
        list->emplace_back(std::string(code));
    for (const auto code : audio)
        list->emplace_back(std::string(code));
    writer.key("fourCcList").value(amf0::Array(std::move(list)));
    writer.key("videoFourCcInfoMap").object();
    for (const auto code : video)
        writer.property(code, forward);
    writer.end().key("audioFourCcInfoMap").object();
    for (const auto code : audio)
        writer.property(code, forward);
    writer.end().property("capsEx", modifiers);
}

bool speaksEnhanced(const amf0::Value &connect)
{
    constexpr std::array<std::string_view, 4> names{"fourCcList", "videoFourCcInfoMap", "audioFourCcInfoMap", "capsEx"};
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return connect.find(name) != nullptr; });
}

DialogueFailure outOfOrder()
{
    return {DialogueError::OutOfOrder, "command_out_of_order"};
}
/// Messages of the AMF3 kind begin with a byte 0 and go on in AMF0, which switches to AMF3 value by value. Some leave the byte out.
std::span<const std::uint8_t> withoutFormat(const Message &message, MessageType amf3)
{
    const std::span<const std::uint8_t> body(message.payload);
    return message.type == amf3 && !body.empty() && body[0] == 0 ? body.subspan(1) : body;
}

DialogueFailure badCommand()
{
    return {DialogueError::BadCommand, "bad_command"};
}

} // namespace

media::Bytes Dialogue::takeOutput()
{
    return std::exchange(m_output, {});
}

void Dialogue::send(MessageType type, std::uint32_t streamId, const media::Bytes &payload)
{
    const bool control = static_cast<std::uint8_t>(type) <= static_cast<std::uint8_t>(MessageType::SetPeerBandwidth);
    const auto chunks = control ? kControlChunks : type == MessageType::DataAmf0 ? kDataChunks : kCommandChunks;
    appendMessage(m_output, {chunks, type, streamId, 0}, payload, m_sendChunkSize);
}

void Dialogue::sendNumber(MessageType type, std::uint32_t value)
{
    media::Bytes payload;
    appendNumber(payload, value, 4);
    if (type == MessageType::SetPeerBandwidth)
        payload.push_back(kDynamicLimit);
    send(type, 0, payload);
}

void Dialogue::sendUserControl(std::uint16_t event, std::uint32_t value)
{
    media::Bytes payload;
    appendNumber(payload, event, 2);
    appendNumber(payload, value, 4);
    send(MessageType::UserControl, 0, payload);
}

void Dialogue::ping(std::uint32_t timestamp)
{
    sendUserControl(static_cast<std::uint16_t>(UserControlEvent::PingRequest), timestamp);
}

void Dialogue::sendResult(double transaction, const amf0::Value &value)
{
    if (transaction == 0) // nobody waits for it
        return;
    media::Bytes payload;
    amf0::Writer(payload).string("_result").number(transaction).null().value(value);
    send(MessageType::CommandAmf0, 0, payload);
}

void Dialogue::status(std::string_view level, std::string_view code, std::string_view description)
{
    media::Bytes payload;
    amf0::Writer(payload)
        .string("onStatus")
        .number(0)
        .null()
        .object()
        .property("level", level)
        .property("code", code)
        .property("description", description)
        .end();
    send(MessageType::CommandAmf0, kMediaStreamId, payload);
}

void Dialogue::acceptPublish()
{
    m_role = Role::Publishing;
    sendUserControl(static_cast<std::uint16_t>(UserControlEvent::StreamBegin), kMediaStreamId);
    status("status", "NetStream.Publish.Start", "The stream is live.");
}

void Dialogue::acceptPlay(std::string_view name, std::span<const media::TrackPtr> tracks)
{
    m_role = Role::Playing;
    sendUserControl(static_cast<std::uint16_t>(UserControlEvent::StreamBegin), kMediaStreamId);
    status("status", "NetStream.Play.Reset", "Playing and resetting " + std::string(name) + ".");
    status("status", "NetStream.Play.Start", "Started playing " + std::string(name) + ".");
    media::Bytes access;
    amf0::Writer(access).string("|RtmpSampleAccess").boolean(true).boolean(true);
    send(MessageType::DataAmf0, kMediaStreamId, access);
    send(MessageType::DataAmf0, kMediaStreamId, metadataBody(tracks));
}

void Dialogue::refuse(std::string_view code, std::string_view description)
{
    m_role = Role::None;
    status("error", code, description);
}

void Dialogue::endPlay(std::string_view name)
{
    sendUserControl(static_cast<std::uint16_t>(UserControlEvent::StreamEof), kMediaStreamId);
    status("status", "NetStream.Play.UnpublishNotify", std::string(name) + " has ended.");
    status("status", "NetStream.Play.Stop", std::string(name) + " has ended.");
}

void Dialogue::acknowledge(std::size_t received)
{
    m_received += received;
    if (m_received - m_acknowledged < m_window)
        return;
    m_acknowledged = m_received;
    sendNumber(MessageType::Acknowledgement, static_cast<std::uint32_t>(m_received)); // modulo 2^32, as all do
}

Result<void, DialogueFailure> Dialogue::feed(std::span<const std::uint8_t> bytes, std::vector<Event> &out)
{
    std::vector<Message> messages;
    const auto fed = m_chunks.feed(bytes, messages);
    for (Message &message : messages) { // also those that became whole before a failure
        if (const auto handled = handle(std::move(message), out); !handled)
            return handled.error();
    }
    if (!fed)
        return DialogueFailure{DialogueError::BadChunk, chunkErrorName(fed.error())};
    acknowledge(bytes.size());
    return {};
}

Result<void, DialogueFailure> Dialogue::handle(Message message, std::vector<Event> &out)
{
    switch (message.type) {
    case MessageType::Audio:
    case MessageType::Video:
        if (!message.payload.empty() && (m_role == Role::Publishing || m_role == Role::Asked)) // empty ones are harmless
            out.emplace_back(std::move(message));
        return {};
    case MessageType::Aggregate: {
        std::vector<Message> parts;
        if (!splitAggregate(message, parts))
            return DialogueFailure{DialogueError::BadAggregate, "bad_aggregate"};
        for (Message &part : parts) {
            if (const auto handled = handle(std::move(part), out); !handled)
                return handled.error();
        }
        return {};
    }
    case MessageType::DataAmf3:
    case MessageType::DataAmf0: {
        const auto body = withoutFormat(message, MessageType::DataAmf3);
        auto metadata = parseMetadata(body);
        if (m_role != Role::None && !metadata.encoder.empty())
            out.emplace_back(std::move(metadata));
        return {};
    }
    case MessageType::CommandAmf3:
    case MessageType::CommandAmf0:
        return handleCommand(message, out);
    case MessageType::UserControl:
        handleUserControl(message);
        return {};
    case MessageType::WindowAcknowledgementSize:
        if (message.payload.size() >= 4)
            m_window = std::max<std::uint32_t>(ByteReader(message.payload).u32(), 1024);
        return {};
    case MessageType::SetPeerBandwidth:
        sendNumber(MessageType::WindowAcknowledgementSize, kOurWindow);
        return {};
    default:
        return {}; // acknowledgements, shared objects, numbers without a meaning
    }
}

Parameters Dialogue::parametersOf(const amf0::Value &name) const
{
    auto parameters = parseParameters(name.text().value_or(""));
    parameters.insert(m_appParameters.begin(), m_appParameters.end());
    return parameters;
}

void Dialogue::handleUserControl(const Message &message)
{
    ByteReader reader(message.payload);
    const auto event = static_cast<UserControlEvent>(reader.u16());
    const std::uint32_t value = reader.u32();
    if (reader.ok() && event == UserControlEvent::PingRequest)
        sendUserControl(static_cast<std::uint16_t>(UserControlEvent::PingResponse), value);
}

Result<void, DialogueFailure> Dialogue::handleCommand(const Message &message, std::vector<Event> &out)
{
    const auto body = withoutFormat(message, MessageType::CommandAmf3);
    if (body.empty())
        return {};
    amf0::Reader reader(body);
    const auto name = reader.read();
    if (!name || !name->text())
        return badCommand();
    double transaction = 0;
    if (!reader.atEnd()) {
        const auto number = reader.read();
        if (!number)
            return badCommand();
        transaction = number->number().value_or(0);
    }
    std::vector<amf0::Value> arguments;
    while (!reader.atEnd() && arguments.size() < kMaxArguments) {
        auto value = reader.read();
        if (!value)
            return badCommand();
        arguments.push_back(std::move(*value));
    }
    const std::string_view command = *name->text();
    if (command == "connect")
        return handleConnect(transaction, arguments);
    if (command == "_result" || command == "_error" || command == "onStatus")
        return {};
    if (!m_connected)
        return outOfOrder();
    if ((command == "publish" || command == "play") && m_role != Role::None)
        return outOfOrder();
    handleStreamCommand(command, transaction, arguments, out);
    return {};
}

Result<void, DialogueFailure> Dialogue::handleConnect(double transaction, const std::vector<amf0::Value> &arguments)
{
    if (m_connected)
        return outOfOrder();
    media::Bytes payload;
    amf0::Writer writer(payload);
    const auto *app = at(arguments, 0).find("app");
    if (!app || !app->text()) {
        writer.string("_error").number(transaction).null().object().property("level", "error");
        writer.property("code", "NetConnection.Connect.Rejected").property("description", "The connect command names no app.").end();
        send(MessageType::CommandAmf0, 0, payload);
        return badCommand();
    }
    m_app = printable(withoutParameters(*app->text()));
    m_appParameters = parseParameters(*app->text());
    if (const auto *version = at(arguments, 0).find("flashVer"))
        m_encoder = printable(version->text().value_or(""));
    m_connected = true;
    sendNumber(MessageType::WindowAcknowledgementSize, kOurWindow);
    sendNumber(MessageType::SetPeerBandwidth, kOurWindow);
    sendNumber(MessageType::SetChunkSize, kOurChunkSize);
    m_sendChunkSize = kOurChunkSize;
    writer.string("_result").number(transaction).object().property("fmsVer", "FMS/3,0,1,123").property("capabilities", 31.0);
    // Where the answer belongs the specification leaves open, and clients look in either place.
    const bool enhanced = speaksEnhanced(at(arguments, 0));
    if (enhanced)
        writeCapabilities(writer);
    writer.end().object().property("level", "status").property("code", "NetConnection.Connect.Success");
    writer.property("description", "Connected.").property("objectEncoding", 0.0);
    if (enhanced)
        writeCapabilities(writer);
    writer.end();
    send(MessageType::CommandAmf0, 0, payload);
    return {};
}

void Dialogue::handleStreamCommand(std::string_view command, double transaction, const std::vector<amf0::Value> &arguments,
                                   std::vector<Event> &out)
{
    if (command == "createStream") {
        sendResult(transaction, static_cast<double>(kMediaStreamId));
    } else if (command == "publish") {
        m_role = Role::Asked;
        out.emplace_back(PublishRequest{nameOf(at(arguments, 1)), parametersOf(at(arguments, 1))});
    } else if (command == "play") {
        m_role = Role::Asked;
        out.emplace_back(PlayRequest{nameOf(at(arguments, 1)), parametersOf(at(arguments, 1))});
    } else if (command == "pause" || command == "pauseRaw") {
        if (m_role != Role::Playing)
            return;
        const auto *flag = std::get_if<bool>(&at(arguments, 1));
        const bool paused = flag && *flag;
        status("status", paused ? "NetStream.Pause.Notify" : "NetStream.Unpause.Notify", paused ? "Paused." : "Playing on, live.");
        out.emplace_back(PauseRequest{paused});
    } else if (command == "seek") {
        status("error", "NetStream.Seek.Failed", "A live stream cannot be searched.");
    } else if (command == "deleteStream" || command == "closeStream" || command == "FCUnpublish") {
        sendResult(transaction, amf0::Null{});
        if (m_role != Role::None)
            out.emplace_back(StreamClosed{});
        m_role = Role::None;
    } else if (command == "getStreamLength") {
        sendResult(transaction, 0.0);
    } else if (command == "FCSubscribe") {
        media::Bytes payload;
        amf0::Writer(payload)
            .string("onFCSubscribe")
            .number(0)
            .null()
            .object()
            .property("level", "status")
            .property("code", "NetStream.Play.Start")
            .end();
        send(MessageType::CommandAmf0, 0, payload);
    } else { // releaseStream, FCPublish, _checkbw and what encoders invent: agreed to, nothing done
        sendResult(transaction, amf0::Null{});
    }
}

} // namespace matinee::rtmp
