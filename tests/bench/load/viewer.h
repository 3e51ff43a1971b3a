// What one viewer says and understands, as values without a socket: HTTP-FLV, FLV over WebSocket, RTMP. Used by the load client only;
// written apart from the server's own code, so that both cannot be wrong in the same way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

class Viewer
{
public:
    virtual ~Viewer() = default;
    /// "flv", "ws" or "rtmp".
    static std::unique_ptr<Viewer> make(std::string_view protocol, std::string_view host, std::string_view name);

    [[nodiscard]] virtual std::string greeting() = 0;
    /// False when it cannot go on; complaint() says why. What it has to answer is appended to `answer`.
    [[nodiscard]] virtual bool feed(std::string_view bytes, std::string &answer) = 0;

    [[nodiscard]] const std::string &complaint() const { return m_complaint; }
    [[nodiscard]] std::uint64_t keyFrames() const { return m_keyFrames; }
    [[nodiscard]] std::int64_t newestTimestamp() const { return m_newest; } ///< ms

protected:
    bool complain(std::string text)
    {
        m_complaint = std::move(text);
        return false;
    }
    /// One message of audio (8) or video (9). Checks that times of a kind do not go back.
    bool take(unsigned type, std::int64_t timestamp, std::string_view body);

private:
    std::string m_complaint;
    std::uint64_t m_keyFrames = 0;
    std::int64_t m_newest = 0;
    std::int64_t m_last[2] = {-1, -1};
};

[[nodiscard]] std::string rtmpAcknowledgement(std::uint64_t received);

} // namespace bench
