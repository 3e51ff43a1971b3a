#include "media/codec/nal_units.h"

namespace matinee::media::nal {

Result<std::vector<View>, SplitError> split(View payload, unsigned lengthSize)
{
    if (lengthSize != 1 && lengthSize != 2 && lengthSize != 4)
        return SplitError::BadLengthSize;
    std::vector<View> nals;
    std::size_t count = 0;
    while (!payload.empty()) {
        if (payload.size() < lengthSize)
            return SplitError::BadNalLength;
        std::size_t length = 0;
        for (unsigned i = 0; i < lengthSize; ++i)
            length = length << 8 | payload[i];
        payload = payload.subspan(lengthSize);
        if (length > payload.size())
            return SplitError::BadNalLength;
        if (++count > kMaxNalsPerFrame)
            return SplitError::TooManyNals;
        if (length != 0)
            nals.push_back(payload.first(length));
        payload = payload.subspan(length);
    }
    return nals;
}

Bytes join(std::span<const View> nals)
{
    std::size_t size = 0;
    for (const View nal : nals)
        size += 4 + nal.size();
    Bytes out;
    out.reserve(size);
    for (const View nal : nals) {
        for (int shift = 24; shift >= 0; shift -= 8)
            out.push_back(static_cast<std::uint8_t>(nal.size() >> shift));
        out.insert(out.end(), nal.begin(), nal.end());
    }
    return out;
}

Bytes unescaped(View nal)
{
    Bytes out;
    out.reserve(nal.size());
    unsigned zeros = 0;
    for (const std::uint8_t byte : nal) {
        if (zeros >= 2 && byte == 3) {
            zeros = 0;
            continue;
        }
        zeros = byte == 0 ? zeros + 1 : 0;
        out.push_back(byte);
    }
    return out;
}

} // namespace matinee::media::nal
