// AMF3 values: whatever is accepted stays within the limits, however often it refers to itself.
#include "rtmp/wire/amf3.h"

#include <cstdlib>

using namespace matinee::rtmp;

namespace {

struct Count
{
    std::size_t depth = 0;
    std::size_t stringBytes = 0;
    std::size_t visits = 0;
};

void count(const amf0::Value &value, std::size_t depth, Count &total)
{
    if (++total.visits > 4096) // shared by references: as a tree it may be larger than any memory
        return;
    total.depth = std::max(total.depth, depth);
    if (const auto text = value.text())
        total.stringBytes = std::max(total.stringBytes, text->size());
    if (const auto *object = std::get_if<amf0::Object>(&value)) {
        for (const auto &[name, member] : **object)
            count(member, depth + 1, total);
    } else if (const auto *array = std::get_if<amf0::Array>(&value)) {
        for (const auto &element : **array)
            count(element, depth + 1, total);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    std::span<const std::uint8_t> bytes(data, size);
    amf3::Reader reader;
    while (!bytes.empty()) {
        const std::size_t before = bytes.size();
        const auto value = reader.read(bytes);
        if (!value)
            return 0;
        if (bytes.size() >= before)
            std::abort();
        Count total;
        count(*value, 0, total);
        if (total.stringBytes > amf0::Limits{}.stringBytes || total.depth > amf0::Limits{}.values)
            std::abort();
    }
    return 0;
}
