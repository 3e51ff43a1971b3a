// Frames of a WebSocket client: whole and cut into pieces, both must agree; nothing that comes out is larger than a control frame may be.
#include "http/wire/client_frames.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

using namespace matinee::http::wire;

namespace {

struct Outcome
{
    std::optional<ClientFrameError> error;
    std::vector<ClientFrameReader::Control> controls;
    bool operator==(const Outcome &) const = default;
};

Outcome read(std::span<const std::uint8_t> bytes, std::size_t piece)
{
    ClientFrameReader reader;
    Outcome outcome;
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(piece, bytes.size()));
        if (const auto fed = reader.feed(part, outcome.controls); !fed) {
            outcome.error = fed.error();
            break;
        }
        bytes = bytes.subspan(part.size());
    }
    for (const auto &control : outcome.controls) {
        if (control.payload.size() > kMaxControlPayload || control.opcode < FrameOpcode::Close)
            std::abort();
    }
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::span bytes(data + 1, size - 1);
    if (!(read(bytes, SIZE_MAX) == read(bytes, 1 + data[0] % 16)))
        std::abort();
    return 0;
}
