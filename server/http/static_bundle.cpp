#include "http/static_bundle.h"

#include "http/compression.h"

#include <openssl/evp.h>

namespace matinee::http {

namespace {

constexpr std::size_t kMinGzip = 1024;
constexpr int kGzipLevel = 6;

std::string makeEtag(std::string_view bytes)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr);
    static constexpr char kHex[] = "0123456789abcdef";
    std::string etag = "\"";
    for (unsigned i = 0; i < 12; ++i) {
        etag += kHex[digest[i] >> 4];
        etag += kHex[digest[i] & 0x0f];
    }
    return etag += '"';
}

} // namespace

std::string_view contentTypeOf(std::string_view path)
{
    const auto name = path.substr(path.rfind('/') + 1);
    const auto dot = name.rfind('.');
    const auto extension = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
        {"html", "text/html; charset=utf-8"},
        {"js", "text/javascript; charset=utf-8"},
        {"mjs", "text/javascript; charset=utf-8"},
        {"css", "text/css; charset=utf-8"},
        {"json", "application/json"},
        {"map", "application/json"},
        {"webmanifest", "application/manifest+json"},
        {"svg", "image/svg+xml"},
        {"png", "image/png"},
        {"jpg", "image/jpeg"},
        {"jpeg", "image/jpeg"},
        {"webp", "image/webp"},
        {"avif", "image/avif"},
        {"gif", "image/gif"},
        {"ico", "image/x-icon"},
        {"woff2", "font/woff2"},
        {"woff", "font/woff"},
        {"ttf", "font/ttf"},
        {"wasm", "application/wasm"},
        {"txt", "text/plain; charset=utf-8"},
        {"xml", "application/xml"},
        {"mp4", "video/mp4"},
        {"mp3", "audio/mpeg"},
        {"webm", "video/webm"},
    };
    for (const auto &[known, type] : kTypes)
        if (extension == known)
            return type;
    return "application/octet-stream";
}

std::shared_ptr<const std::string> StaticFile::gzip() const
{
    std::call_once(m_packed->once, [this] {
        if (m_packed->bytes || bytes->size() < kMinGzip || !isCompressibleType(contentType))
            return;
        auto packed = gzipped(*bytes, kGzipLevel);
        if (!packed.empty() && packed.size() < bytes->size())
            m_packed->bytes = std::make_shared<const std::string>(std::move(packed));
    });
    return m_packed->bytes;
}

StaticFile makeStaticFile(std::string_view path, std::string bytes, std::string gzip, std::optional<bool> immutable)
{
    StaticFile file;
    file.contentType = contentTypeOf(path);
    file.etag = makeEtag(bytes);
    file.immutable = immutable.value_or(path.starts_with("/assets/"));
    file.m_packed = std::make_shared<StaticFile::Packed>();
    if (!gzip.empty())
        file.m_packed->bytes = std::make_shared<const std::string>(std::move(gzip));
    file.bytes = std::make_shared<const std::string>(std::move(bytes));
    return file;
}

void StaticBundle::add(std::string path, std::string bytes, std::string gzip, std::optional<bool> immutable)
{
    auto file = makeStaticFile(path, std::move(bytes), std::move(gzip), immutable);
    files.insert_or_assign(std::move(path), std::move(file));
}

const StaticFile *StaticBundle::find(std::string_view path) const
{
    const auto found = files.find(std::string(path));
    return found == files.end() ? nullptr : &found->second;
}

} // namespace matinee::http
