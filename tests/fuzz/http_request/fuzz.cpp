// The way of a request from bytes to a path: whole and cut into pieces, both must agree; what is accepted must be safe to use.
#include "http/wire/request_parser.h"

#include <cstdlib>
#include <optional>

using namespace matinee::http::wire;

namespace {

constexpr std::size_t kMaxBody = 4096;

struct Outcome
{
    std::optional<ParseError> error;
    bool done = false;
    std::size_t used = 0;
    std::string body;
    std::string path;

    bool operator==(const Outcome &) const = default;
};

void require(bool holds)
{
    if (!holds)
        std::abort();
}

Outcome parse(std::span<const std::uint8_t> bytes, std::size_t piece)
{
    RequestParser parser({});
    Outcome outcome;
    bool allowed = false;
    while (outcome.used < bytes.size() && !parser.done()) {
        const auto part = bytes.subspan(outcome.used, std::min(piece, bytes.size() - outcome.used));
        const auto used = parser.feed(part);
        if (!used) {
            outcome.error = used.error();
            break;
        }
        require(*used <= part.size() && (*used > 0 || parser.headDone()));
        outcome.used += *used;
        if (parser.headDone() && !allowed) {
            allowed = true;
            if (const auto body = parser.allowBody(kMaxBody); !body) {
                outcome.error = body.error();
                break;
            }
        }
    }
    if (outcome.error) {
        outcome.used = 0; // Where in a piece it was noticed depends on the piece.
        return outcome;
    }
    outcome.done = parser.done();
    if (parser.headDone()) {
        outcome.path = parser.head().path;
        require(parser.rawHead().size() <= RequestParser::Limits{}.headBytes &&
                parser.head().headers.size() <= RequestParser::Limits{}.headers);
        require(outcome.path == "*" || outcome.path.starts_with('/'));
        require((outcome.path + "/").find("/../") == std::string::npos && outcome.path.find('\\') == std::string::npos &&
                outcome.path.find('\0') == std::string::npos);
    }
    outcome.body = parser.takeBody();
    require(outcome.body.size() <= kMaxBody);
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::size_t piece = 1 + data[0] % 16;
    const std::span bytes(data + 1, size - 1);
    const auto whole = parse(bytes, SIZE_MAX);
    require(whole == parse(bytes, piece));
    return 0;
}
