// AMF0 values: what was read is written and read again with the same kinds of value; metadata is read from anything.
#include "rtmp/wire/amf0.h"
#include "rtmp/wire/metadata.h"

#include <cstdlib>

using namespace matinee::rtmp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span bytes(data, size);
    (void)parseMetadata(bytes);
    amf0::Reader reader(bytes);
    while (!reader.atEnd()) {
        const auto value = reader.read();
        if (!value)
            return 0;
        if (std::holds_alternative<amf0::Array>(*value) || std::holds_alternative<amf0::Object>(*value))
            continue; // shared by references: written out they could be larger than any limit
        matinee::media::Bytes written;
        amf0::Writer(written).value(*value);
        const auto again = amf0::Reader(written).read();
        if (!again || again->index() != value->index())
            std::abort();
    }
    return 0;
}
