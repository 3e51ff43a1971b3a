#include "tests/bench/load/viewer.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace bench {

namespace {

std::uint32_t big(std::string_view bytes, std::size_t at, std::size_t count)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return value;
}

void put(std::string &out, std::uint64_t value, int count)
{
    while (count-- > 0)
        out.push_back(static_cast<char>(value >> (8 * count)));
}

/// Tags of an FLV file after its header, checked by their back pointers.
class FlvTags
{
public:
    std::string pending;
    template <class Take> bool read(Take take, std::string &complaint)
    {
        std::string_view rest = pending;
        if (!m_header) {
            if (rest.size() < 13)
                return true;
            if (rest.substr(0, 3) != "FLV" || big(rest, 5, 4) != 9 || big(rest, 9, 4) != 0) {
                complaint = "not an FLV header";
                return false;
            }
            m_header = true;
            rest.remove_prefix(13);
        }
        while (rest.size() >= 15) {
            const std::size_t size = big(rest, 1, 3);
            if (rest.size() < size + 15)
                break;
            if (big(rest, 11 + size, 4) != size + 11) {
                complaint = "an FLV tag whose back pointer is wrong";
                return false;
            }
            const std::int64_t timestamp = big(rest, 4, 3) | big(rest, 7, 1) << 24;
            if (!take(big(rest, 0, 1) & 31, timestamp, rest.substr(11, size)))
                return false;
            rest.remove_prefix(size + 15);
        }
        pending.erase(0, pending.size() - rest.size());
        return true;
    }

private:
    bool m_header = false;
};

class FlvViewer : public Viewer
{
public:
    FlvViewer(std::string_view host, std::string_view name) : m_host(host), m_name(name) {}
    std::string greeting() override { return "GET /flv/" + m_name + ".flv HTTP/1.1\r\nHost: " + m_host + "\r\n\r\n"; }
    bool feed(std::string_view bytes, std::string &answer) override
    {
        m_in.append(bytes);
        if (!m_answered) {
            const auto end = m_in.find("\r\n\r\n");
            if (end == std::string::npos)
                return true;
            if (m_in.substr(0, m_in.find("\r\n")).find(status()) == std::string::npos)
                return complain("answered: " + m_in.substr(0, m_in.find("\r\n")));
            m_in.erase(0, end + 4);
            m_answered = true;
        }
        if (!unwrap(answer))
            return false;
        std::string complaint;
        const auto take = [this](unsigned type, std::int64_t timestamp, std::string_view body) {
            return this->take(type, timestamp, body);
        };
        if (m_tags.read(take, complaint))
            return true;
        return this->complaint().empty() ? complain(std::move(complaint)) : false;
    }

protected:
    virtual const char *status() const { return " 200 "; }
    virtual bool unwrap(std::string &)
    {
        m_tags.pending.append(m_in);
        m_in.clear();
        return true;
    }
    std::string m_host;
    std::string m_name;
    std::string m_in;
    FlvTags m_tags;

private:
    bool m_answered = false;
};

/// RFC 6455: binary messages, not masked by the server.
class WebSocketViewer final : public FlvViewer
{
public:
    using FlvViewer::FlvViewer;
    std::string greeting() override
    {
        return "GET /flv/" + m_name + " HTTP/1.1\r\nHost: " + m_host +
               "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
               "AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    }

private:
    const char *status() const override { return " 101 "; }
    bool unwrap(std::string &answer) override
    {
        std::size_t at = 0;
        while (m_in.size() - at >= 2) {
            const std::size_t shortSize = big(m_in, at + 1, 1) & 127;
            const std::size_t head = shortSize == 127 ? 10 : shortSize == 126 ? 4 : 2;
            if (m_in.size() - at < head)
                break;
            const std::size_t size = head == 10 ? big(m_in, at + 6, 4) : head == 4 ? big(m_in, at + 2, 2) : shortSize;
            if (m_in.size() - at < head + size)
                break;
            const auto first = big(m_in, at, 1);
            const auto payload = m_in.substr(at + head, size);
            at += head + size;
            if (first == 0x82)
                m_tags.pending.append(payload);
            else if (first == 0x89) {
                answer.push_back(static_cast<char>(0x8a));
                put(answer, 0x80 | payload.size(), 1);
                put(answer, 0, 4);
                answer += payload;
            } else
                return complain("a WebSocket frame that begins with " + std::to_string(first));
        }
        m_in.erase(0, at);
        return true;
    }
};

void amfText(std::string &out, std::string_view text)
{
    out.push_back(2);
    put(out, text.size(), 2);
    out += text;
}

void amfNumber(std::string &out, double value)
{
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    out.push_back(0);
    put(out, bits, 8);
}

constexpr std::size_t kSendChunk = 4096; ///< The largest message of ours is smaller, after this has been announced.

std::string rtmpMessage(unsigned chunkStream, unsigned type, std::uint32_t stream, std::string_view body)
{
    std::string out;
    put(out, chunkStream, 1);
    put(out, 0, 3);
    put(out, body.size(), 3);
    put(out, type, 1);
    for (int i = 0; i < 4; ++i) // the only little-endian field of RTMP
        out.push_back(static_cast<char>(stream >> (8 * i)));
    out += body;
    return out;
}

class RtmpViewer final : public Viewer
{
public:
    RtmpViewer(std::string_view host, std::string_view name) : m_host(host), m_name(name) {}
    std::string greeting() override
    {
        std::string out(1 + 1536, '\0');
        out[0] = 3;
        for (std::size_t i = 9; i < out.size(); ++i)
            out[i] = static_cast<char>(i * 7);
        return out;
    }
    bool feed(std::string_view bytes, std::string &answer) override
    {
        m_in.append(bytes);
        if (!m_greeted) {
            if (m_in.size() < 1 + 2 * 1536)
                return true;
            answer += m_in.substr(1, 1536);
            m_in.erase(0, 1 + 2 * 1536);
            m_greeted = true;
            connect(answer);
        }
        std::size_t at = 0;
        while (const std::size_t used = chunk(std::string_view(m_in).substr(at), answer)) {
            at += used;
            if (!complaint().empty())
                return false;
        }
        m_in.erase(0, at);
        return complaint().empty();
    }

private:
    struct ChunkStream
    {
        std::uint32_t timestamp = 0;
        std::uint32_t length = 0;
        unsigned type = 0;
        bool extended = false;
        std::string body;
    };

    void connect(std::string &answer)
    {
        std::string size;
        put(size, kSendChunk, 4);
        answer += rtmpMessage(2, 1, 0, size);
        std::string body;
        amfText(body, "connect");
        amfNumber(body, 1);
        body.push_back(3);
        for (const auto &[key, value] : {std::pair<std::string, std::string>{"app", "live"}, {"tcUrl", "rtmp://" + m_host + "/live"}}) {
            put(body, key.size(), 2);
            body += key;
            amfText(body, value);
        }
        put(body, 9, 3);
        answer += rtmpMessage(3, 20, 0, body);
    }

    /// Bytes of the chunk that `bytes` begins with; 0 while it is not whole.
    std::size_t chunk(std::string_view bytes, std::string &answer)
    {
        if (bytes.size() < 3)
            return 0;
        const unsigned format = big(bytes, 0, 1) >> 6;
        unsigned id = big(bytes, 0, 1) & 63;
        std::size_t at = id == 0 ? 2 : id == 1 ? 3 : 1;
        id = id == 0 ? 64 + big(bytes, 1, 1) : id == 1 ? 64 + big(bytes, 1, 1) + big(bytes, 2, 1) * 256 : id;
        const std::size_t head = std::array<std::size_t, 4>{11, 7, 3, 0}[format];
        if (bytes.size() < at + head + 4)
            return 0;
        auto &stream = m_streams[id % m_streams.size()];
        const bool fresh = stream.body.empty();
        const bool extended = format < 3 ? big(bytes, at, 3) == 0xffffff : stream.extended;
        const std::uint32_t length = format < 2 ? big(bytes, at + 3, 3) : stream.length;
        const std::uint32_t stamp = extended ? big(bytes, at + head, 4) : format < 3 ? big(bytes, at, 3) : 0;
        const unsigned type = format < 2 ? big(bytes, at + 6, 1) : stream.type;
        at += head + (extended ? 4 : 0);
        const std::size_t part = std::min<std::size_t>(m_chunkSize, length - stream.body.size());
        if (bytes.size() < at + part)
            return 0;
        stream.extended = extended;
        stream.length = length;
        stream.type = type;
        if (fresh && format < 3)
            stream.timestamp = format == 0 ? stamp : stream.timestamp + stamp;
        stream.body.append(bytes.substr(at, part));
        if (stream.body.size() == length) {
            message(stream, answer);
            stream.body.clear();
        }
        return at + part;
    }

    void message(const ChunkStream &stream, std::string &answer)
    {
        if (stream.type == 1)
            m_chunkSize = big(stream.body, 0, 4);
        else if (stream.type == 8 || stream.type == 9)
            (void)take(stream.type, stream.timestamp, stream.body);
        else if (stream.type == 20)
            command(stream.body, answer);
    }

    void command(std::string_view body, std::string &answer)
    {
        const auto has = [&](std::string_view text) { return body.find(text) != std::string_view::npos; };
        if (has("_error") || has("NetStream.Play.StreamNotFound") || has("NetStream.Play.Failed")) {
            (void)complain("the server refused to play");
        } else if (has("_result") && m_results++ == 0) {
            std::string create;
            amfText(create, "createStream");
            amfNumber(create, 2);
            create.push_back(5);
            answer += rtmpMessage(3, 20, 0, create);
        } else if (has("_result")) {
            std::string play;
            amfText(play, "play");
            amfNumber(play, 3);
            play.push_back(5);
            amfText(play, m_name);
            answer += rtmpMessage(8, 20, 1, play);
        }
    }

    std::string m_host;
    std::string m_name;
    std::string m_in;
    bool m_greeted = false;
    int m_results = 0;
    std::size_t m_chunkSize = 128;
    std::array<ChunkStream, 64> m_streams;
};

} // namespace

bool Viewer::take(unsigned type, std::int64_t timestamp, std::string_view body)
{
    if (type != 8 && type != 9)
        return true;
    // Sequence headers carry the time of the frame after them, so equal times are right.
    auto &last = m_last[type - 8];
    if (timestamp < last)
        return complain("a time stamp of " + std::to_string(timestamp) + " after " + std::to_string(last));
    last = timestamp;
    m_newest = std::max(m_newest, timestamp);
    // AVC NAL units in a key frame; a sequence header has 0 in the second byte.
    if (type == 9 && body.size() > 5 && static_cast<std::uint8_t>(body[0]) == 0x17 && body[1] == 1)
        ++m_keyFrames;
    return true;
}

std::unique_ptr<Viewer> Viewer::make(std::string_view protocol, std::string_view host, std::string_view name)
{
    if (protocol == "rtmp")
        return std::make_unique<RtmpViewer>(host, name);
    if (protocol == "ws")
        return std::make_unique<WebSocketViewer>(host, name);
    return std::make_unique<FlvViewer>(host, name);
}

std::string rtmpAcknowledgement(std::uint64_t received)
{
    std::string body;
    put(body, received & 0xffffffff, 4);
    return rtmpMessage(2, 3, 0, body);
}

} // namespace bench
