#include "http/compression.h"

#include "http/wire/text.h"

#include <zlib.h>

namespace matinee::http {

bool isCompressibleType(std::string_view contentType)
{
    const std::string type = wire::lowered(wire::trimmed(contentType.substr(0, contentType.find(';'))));
    if (type == "text/event-stream")
        return false;
    if (type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml"))
        return true;
    for (const std::string_view known :
         {"application/json", "application/javascript", "application/xml", "application/yaml", "application/wasm",
          "application/vnd.apple.mpegurl", "application/x-mpegurl", "application/manifest+json", "application/openmetrics-text"})
        if (type == known)
            return true;
    return false;
}

std::string gzipped(std::string_view text, int level)
{
    z_stream stream{};
    constexpr int kGzipWindow = 15 + 16;
    if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    std::string result(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef *>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    const int ended = deflate(&stream, Z_FINISH);
    result.resize(ended == Z_STREAM_END ? stream.total_out : 0);
    deflateEnd(&stream);
    return result;
}

} // namespace matinee::http
