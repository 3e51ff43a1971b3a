#include "rtmp/wire/dialogue.h"

#include "rtmp/wire/chunk_writer.h"

#include "capture.h"
#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::rtmp {

using test::hex;

namespace {

/// A client that writes commands and reads answers.
class Client
{
public:
    using Arguments = std::function<void(amf0::Writer &)>;

    static media::Bytes command(
        std::string_view name, double transaction, const Arguments &arguments = [](amf0::Writer &w) { w.null(); })
    {
        media::Bytes payload;
        amf0::Writer writer(payload);
        writer.string(name).number(transaction);
        arguments(writer);
        return message(MessageType::CommandAmf0, payload);
    }
    static media::Bytes message(MessageType type, const media::Bytes &payload)
    {
        media::Bytes bytes;
        appendMessage(bytes, {kCommandChunks, type, kMediaStreamId, 0}, payload, kInitialChunkSize);
        return bytes;
    }
    static media::Bytes connect()
    {
        return command("connect", 1, [](amf0::Writer &w) {
            w.object().property("app", "live").property("flashVer", "FMLE/3.0 (compatible; FMSc/1.0)").end();
        });
    }
    static media::Bytes named(std::string_view command, std::string_view name)
    {
        return Client::command(command, 5, [name](amf0::Writer &w) { w.null().string(name).string("live"); });
    }

    /// Feeds; fails the test where the dialogue does.
    std::vector<Event> say(const media::Bytes &bytes)
    {
        std::vector<Event> events;
        const auto fed = dialogue.feed(bytes, events);
        EXPECT_TRUE(fed) << fed.error().reason;
        return events;
    }
    DialogueFailure sayWrong(const media::Bytes &bytes)
    {
        std::vector<Event> events;
        const auto fed = dialogue.feed(bytes, events);
        EXPECT_FALSE(fed);
        return fed ? DialogueFailure{} : fed.error();
    }
    std::vector<Message> hear()
    {
        std::vector<Message> messages;
        EXPECT_TRUE(m_reader.feed(dialogue.takeOutput(), messages));
        return messages;
    }
    /// Codes of the status messages heard, and names of the commands.
    std::vector<std::string> hearNames()
    {
        std::vector<std::string> names;
        for (const Message &message : hear()) {
            if (message.type != MessageType::CommandAmf0 && message.type != MessageType::DataAmf0) {
                names.push_back("#" + std::to_string(static_cast<int>(message.type)));
                continue;
            }
            amf0::Reader reader(message.payload);
            std::string name(reader.read()->text().value_or(""));
            while (!reader.atEnd()) {
                const auto value = reader.read();
                if (const auto *code = value->find("code"))
                    name += " " + std::string(code->text().value_or(""));
            }
            names.push_back(name);
        }
        return names;
    }

    Dialogue dialogue;

private:
    ChunkReader m_reader;
};

using Names = std::vector<std::string>;

} // namespace

TEST(Dialogue, AnswersConnect)
{
    Client client;
    EXPECT_TRUE(client.say(Client::connect()).empty());
    EXPECT_EQ(client.hearNames(), (Names{"#5", "#6", "_result NetConnection.Connect.Success"})); // and Set Chunk Size, obeyed
    EXPECT_EQ(client.dialogue.app(), "live");
    EXPECT_EQ(client.dialogue.encoderVersion(), "FMLE/3.0 (compatible; FMSc/1.0)");
}

TEST(Dialogue, AnswersTheCapabilitiesOfEnhancedRtmpToWhoNamesIts)
{
    const auto answerTo = [](const Client::Arguments &arguments) {
        Client client;
        (void)client.say(Client::command("connect", 1, arguments));
        const auto messages = client.hear();
        EXPECT_FALSE(messages.empty());
        amf0::Reader reader(messages.back().payload);
        EXPECT_EQ(reader.read()->text(), "_result");
        (void)reader.read();
        auto properties = *reader.read();
        auto information = *reader.read();
        return std::pair(std::move(properties), std::move(information));
    };
    const auto enhanced = answerTo([](amf0::Writer &w) {
        w.object().property("app", "live").property("capsEx", 15.0).key("fourCcList");
        w.value(amf0::Array(std::make_shared<std::vector<amf0::Value>>(1, amf0::Value(std::string("hvc1"))))).end();
    });
    for (const auto *object : {&enhanced.first, &enhanced.second}) {
        const auto *list = object->find("fourCcList");
        ASSERT_NE(list, nullptr);
        ASSERT_TRUE(std::holds_alternative<amf0::Array>(*list));
        std::string all;
        for (const amf0::Value &code : *std::get<amf0::Array>(*list))
            all += std::string(code.text().value_or("?")) + " ";
        EXPECT_EQ(all, "avc1 hvc1 av01 vp09 mp4a Opus .mp3 ");
        EXPECT_EQ(object->find("videoFourCcInfoMap")->find("av01")->number(), 4);
        EXPECT_EQ(object->find("audioFourCcInfoMap")->find("Opus")->number(), 4);
        EXPECT_EQ(object->find("capsEx")->number(), 4);
    }
    EXPECT_EQ(enhanced.second.find("code")->text(), "NetConnection.Connect.Success");
    const auto old = answerTo([](amf0::Writer &w) { w.object().property("app", "live").end(); });
    EXPECT_EQ(old.first.find("fourCcList"), nullptr);
    EXPECT_EQ(old.second.find("capsEx"), nullptr);
}

TEST(Dialogue, ReadsParametersOfKeyNameAndApp)
{
    Client publisher;
    (void)publisher.say(Client::connect());
    const auto published = publisher.say(Client::named("publish", "key?backup=1&x=%41"));
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(std::get<PublishRequest>(published[0]).key, "key");
    EXPECT_EQ(std::get<PublishRequest>(published[0]).parameters, (Parameters{{"backup", "1"}, {"x", "A"}}));

    Client player;
    (void)player.say(Client::command(
        "connect", 1, [](amf0::Writer &w) { w.object().property("app", "live?token=of-the-app&vhost=a").end(); }));
    EXPECT_EQ(player.dialogue.app(), "live");
    const auto played = player.say(Client::named("play", "cinema?token=eyJhbGciOiJIUzI1NiJ9.e30.c2ln"));
    ASSERT_EQ(played.size(), 1U);
    const auto &request = std::get<PlayRequest>(played[0]);
    EXPECT_EQ(request.name, "cinema");
    EXPECT_EQ(request.token(), "eyJhbGciOiJIUzI1NiJ9.e30.c2ln");
    EXPECT_EQ(request.parameters.find("vhost")->second, "a");
    EXPECT_EQ(PlayRequest{}.token(), "");
}

TEST(Dialogue, LeadsAPublisherToItsStream)
{
    Client client;
    (void)client.say(Client::connect());
    (void)client.say(Client::named("releaseStream", "key"));
    (void)client.say(Client::named("FCPublish", "key"));
    (void)client.say(Client::command("createStream", 4));
    (void)client.hear();
    const auto events = client.say(Client::named("publish", "key?token=1"));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<PublishRequest>(events[0]).key, "key");
    EXPECT_TRUE(client.hear().empty()) << "nothing is granted before the session says so";
    client.dialogue.acceptPublish();
    EXPECT_EQ(client.hearNames(), (Names{"#4", "onStatus NetStream.Publish.Start"}));
    EXPECT_EQ(client.say(Client::message(MessageType::Video, hex("1700"))).size(), 1U);
    const auto end = client.say(Client::command("deleteStream", 0));
    ASSERT_EQ(end.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<StreamClosed>(end[0]));
}

TEST(Dialogue, LeadsAPlayerToItsStream)
{
    Client client;
    (void)client.say(Client::connect());
    (void)client.say(Client::command("createStream", 2));
    (void)client.hear();
    const auto events = client.say(Client::named("play", "show"));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<PlayRequest>(events[0]).name, "show");
    client.dialogue.acceptPlay("show", {});
    EXPECT_EQ(client.hearNames(),
              (Names{"#4", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess", "onMetaData"}));
    const auto pause = client.say(Client::command("pause", 0, [](amf0::Writer &w) { w.null().boolean(true).number(0); }));
    ASSERT_EQ(pause.size(), 1U);
    EXPECT_TRUE(std::get<PauseRequest>(pause[0]).paused);
    EXPECT_EQ(client.hearNames(), Names{"onStatus NetStream.Pause.Notify"});
    (void)client.say(Client::command("seek", 0));
    EXPECT_EQ(client.hearNames(), Names{"onStatus NetStream.Seek.Failed"});
    client.dialogue.endPlay("show");
    EXPECT_EQ(client.hearNames(), (Names{"#4", "onStatus NetStream.Play.UnpublishNotify", "onStatus NetStream.Play.Stop"}));
}

TEST(Dialogue, RefusesWithTheCodeAndSentenceOfTheSession)
{
    Client client;
    (void)client.say(Client::connect());
    (void)client.say(Client::named("publish", "wrong"));
    (void)client.hear();
    client.dialogue.refuse("NetStream.Publish.BadName", "No stream has this key.");
    const auto messages = client.hear();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].streamId, kMediaStreamId);
    amf0::Reader reader(messages[0].payload);
    for (int i = 0; i < 3; ++i)
        (void)*reader.read();
    const auto status = reader.read();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->find("level")->text(), "error");
    EXPECT_EQ(status->find("code")->text(), "NetStream.Publish.BadName");
    EXPECT_EQ(status->find("description")->text(), "No stream has this key.");
}

TEST(Dialogue, IgnoresMediaOfThoseWhoDoNotPublish)
{
    Client client;
    EXPECT_TRUE(client.say(Client::message(MessageType::Video, hex("1700"))).empty());
    (void)client.say(Client::connect());
    EXPECT_TRUE(client.say(Client::message(MessageType::Audio, hex("af00"))).empty());
    (void)client.say(Client::named("play", "show"));
    client.dialogue.acceptPlay("show", {});
    EXPECT_TRUE(client.say(Client::message(MessageType::Video, hex("1700"))).empty());
}

TEST(Dialogue, KeepsTheOrderOfCommands)
{
    EXPECT_EQ(Client().sayWrong(Client::named("publish", "key")).error, DialogueError::OutOfOrder);
    EXPECT_EQ(Client().sayWrong(Client::command("createStream", 1)).error, DialogueError::OutOfOrder);
    Client twice;
    (void)twice.say(Client::connect());
    EXPECT_EQ(twice.sayWrong(Client::connect()).error, DialogueError::OutOfOrder);
    Client both;
    (void)both.say(Client::connect());
    (void)both.say(Client::named("publish", "key"));
    EXPECT_EQ(both.sayWrong(Client::named("play", "show")).error, DialogueError::OutOfOrder);
}

TEST(Dialogue, RefusesCommandsThatCannotBeRead)
{
    for (const char *payload : {"05", "02 0004 706c61", "02 0004 706c6179 00 3f", "02 0007 636f6e6e656374 00 3ff0000000000000 04"})
        EXPECT_EQ(Client().sayWrong(Client::message(MessageType::CommandAmf0, hex(payload))).error, DialogueError::BadCommand) << payload;
    Client client;
    EXPECT_EQ(client.sayWrong(Client::command("connect", 1)).error, DialogueError::BadCommand);
    EXPECT_EQ(client.hearNames(), Names{"_error NetConnection.Connect.Rejected"});
}

TEST(Dialogue, NamesTheChunkErrorThatEndsIt)
{
    Client client;
    const auto failure = client.sayWrong(hex("c6"));
    EXPECT_EQ(failure.error, DialogueError::BadChunk);
    EXPECT_EQ(failure.reason, "chunk_without_header");
}

TEST(Dialogue, AnswersPingsAndAcknowledgesTheWindowThatThePeerNames)
{
    Client client;
    (void)client.say(Client::message(MessageType::UserControl, hex("0006 00001234")));
    auto messages = client.hear();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].payload, hex("0007 00001234"));
    (void)client.say(Client::message(MessageType::WindowAcknowledgementSize, hex("00000800")));
    EXPECT_TRUE(client.hear().empty());
    media::Bytes bytes;
    appendMessage(bytes, {kAudioChunks, MessageType::Audio, 1, 0}, media::Bytes(2048, 0xaf), kInitialChunkSize);
    (void)client.say(bytes);
    messages = client.hear();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].type, MessageType::Acknowledgement);
    const std::size_t received = 18 + 16 + bytes.size();
    EXPECT_EQ(messages[0].payload, (media::Bytes{0, 0, static_cast<std::uint8_t>(received >> 8), static_cast<std::uint8_t>(received)}));
    (void)client.say(Client::message(MessageType::SetPeerBandwidth, hex("00000800 02")));
    EXPECT_EQ(client.hearNames(), Names{"#5"});
}

TEST(Dialogue, AcknowledgesNoMoreThanOnceForEachReadHoweverSmallTheWindow)
{
    Client client;
    (void)client.say(Client::message(MessageType::WindowAcknowledgementSize, hex("00000000")));
    media::Bytes bytes;
    appendMessage(bytes, {kAudioChunks, MessageType::Audio, 1, 0}, media::Bytes(20000, 0xaf), kInitialChunkSize);
    (void)client.say(bytes);
    EXPECT_EQ(client.hear().size(), 1U);
}

TEST(Dialogue, TakesCommandsAndAggregatesInTheirOtherForms)
{
    Client client;
    media::Bytes payload{0};
    amf0::Writer(payload).string("connect").number(1).object().property("app", "live").end();
    (void)client.say(Client::message(MessageType::CommandAmf3, payload));
    EXPECT_TRUE(client.dialogue.connected());
    (void)client.say(Client::named("publish", "key"));
    client.dialogue.acceptPublish();
    EXPECT_EQ(client
                  .say(Client::message(MessageType::Aggregate,
                                       hex("08 000002 000000 00 000000 af01 0000000d 09 000002 000000 00 000000 1701 0000000d")))
                  .size(),
              2U);
    EXPECT_EQ(client.sayWrong(Client::message(MessageType::Aggregate, hex("08 0000ff"))).error, DialogueError::BadAggregate);
}

TEST(Dialogue, TakesValuesOfAmf3InCommandsAndData)
{
    Client client;
    // connect, whose object is AMF3: app is "live"
    (void)client.say(Client::message(MessageType::CommandAmf3, hex("00 02 0007 636f6e6e656374 00 3ff0000000000000 11 0a0b01 07617070 06 09"
                                                                   "6c697665 01")));
    ASSERT_TRUE(client.dialogue.connected());
    EXPECT_EQ(client.dialogue.app(), "live");
    // publish, whose key is AMF3
    const auto events =
        client.say(Client::message(MessageType::CommandAmf3, hex("00 02 0007 7075626c697368 00 4014000000000000 05 11 06 07 6b6579")));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<PublishRequest>(events[0]).key, "key");
    client.dialogue.acceptPublish();
    const auto data = client.say(Client::message(
        MessageType::DataAmf3, hex("00 02 000a 6f6e4d65746144617461 11 0a0b01 0f 656e636f646572 06 0d 466c61736821 01")));
    ASSERT_EQ(data.size(), 1U);
    EXPECT_EQ(std::get<EncoderMetadata>(data[0]).encoder, "Flash!");
    // Without the byte in front, as some send it.
    EXPECT_EQ(client.say(Client::message(MessageType::DataAmf3, hex("02 000a 6f6e4d65746144617461 03 0007 656e636f646572 02 0001 78 000009")))
                  .size(),
              1U);
    EXPECT_EQ(client.sayWrong(Client::message(MessageType::CommandAmf3, hex("00 02 0001 61 11 0a 07"))).error, DialogueError::BadCommand);
}

TEST(Dialogue, PromisesNoTrackThatOnlyMetadataPromised)
{
    // The encoder's metadata speaks of sound; no sound has come when a player joins.
    auto video = std::make_shared<media::Track>();
    video->width = 320;
    Client player;
    (void)player.say(Client::connect());
    (void)player.say(Client::named("play", "cinema"));
    (void)player.hear();
    player.dialogue.acceptPlay("cinema", std::vector<media::TrackPtr>{video});
    const auto messages = player.hear();
    const auto &metadata = messages.back();
    ASSERT_EQ(metadata.type, MessageType::DataAmf0);
    amf0::Reader reader(metadata.payload);
    (void)reader.read();
    const auto object = reader.read();
    EXPECT_NE(object->find("videocodecid"), nullptr);
    EXPECT_EQ(object->find("audiocodecid"), nullptr);
}

TEST(Dialogue, FollowsRealPublishers)
{
    for (const char *name : {"ffmpeg_publish.bin", "gstreamer_publish.bin", "ffmpeg71_hevc_publish.bin"}) {
        const media::Bytes bytes = test::capture(name);
        Client client;
        std::size_t requests = 0;
        std::size_t media = 0;
        std::size_t named = 0;
        for (std::size_t from = 0; from < bytes.size(); from += 100) {
            for (const Event &event : client.say(
                     {bytes.begin() + static_cast<long>(from), bytes.begin() + static_cast<long>(std::min(from + 100, bytes.size()))})) {
                if (const auto *request = std::get_if<PublishRequest>(&event)) {
                    EXPECT_EQ(request->key, "KEY123");
                    client.dialogue.acceptPublish();
                    ++requests;
                }
                media += std::holds_alternative<Message>(event) ? 1 : 0;
                named += std::holds_alternative<EncoderMetadata>(event) ? 1 : 0;
            }
        }
        EXPECT_EQ(requests, 1U) << name;
        EXPECT_GE(named, 1U) << name; // GStreamer says it again
        EXPECT_GE(media, 12U) << name;
    }
}

} // namespace matinee::rtmp
