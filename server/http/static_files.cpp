#include "http/static_files.h"

#include "http/wire/negotiation.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

namespace matinee::http {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxFileBytes = 64 * 1024 * 1024;
constexpr std::string_view kForAYear = "public, max-age=31536000, immutable";

using Finder = std::function<std::optional<StaticFile>(std::string_view path)>;

bool isReserved(std::string_view path, const StaticOptions &options)
{
    return std::any_of(options.reserved.begin(), options.reserved.end(),
                       [&](const std::string &prefix) { return path.starts_with(prefix); });
}

bool isPageAddress(const Request &request)
{
    const std::string_view path = request.path;
    const bool hasExtension = path.substr(path.rfind('/') + 1).find('.') != std::string_view::npos;
    return !hasExtension || request.header("accept").find("text/html") != std::string_view::npos;
}

std::optional<StaticFile> choose(const Request &request, const Finder &find, const StaticOptions &options)
{
    std::string path = request.path;
    if (path.ends_with('/'))
        path += "index.html";
    if (auto file = find(path))
        return file;
    if (isReserved(request.path, options) || !isPageAddress(request))
        return std::nullopt;
    return find(options.fallback);
}

Response answer(const Request &request, const StaticFile &file)
{
    Response response;
    response.compressible = false;
    const auto rangeHeader = request.header("range");
    const auto ifRange = request.header("if-range");
    const bool ranged = !rangeHeader.empty() && (ifRange.empty() || ifRange == file.etag);
    const auto gzip = !ranged && wire::acceptsGzip(request.header("accept-encoding")) ? file.gzip() : nullptr;
    std::string etag = file.etag;
    if (gzip)
        etag.insert(etag.size() - 1, "-gz"); // Another coding is another representation, RFC 9110 8.8.3.3.
    response.headers = {{"Content-Type", file.contentType},
                        {"ETag", etag},
                        {"Cache-Control", file.immutable ? std::string(kForAYear) : "no-cache"},
                        {"Vary", "Accept-Encoding"},
                        {"Accept-Ranges", "bytes"}};
    if (const auto known = request.header("if-none-match"); !known.empty() && wire::etagListMatches(known, etag)) {
        response.status = 304;
        return response;
    }
    if (gzip) {
        response.headers.emplace_back("Content-Encoding", "gzip");
        response.sharedBody = gzip;
        return response;
    }
    const std::uint64_t size = file.bytes->size();
    const auto range = ranged ? wire::parseRange(rangeHeader, size) : wire::ByteRange{};
    switch (range.kind) {
    case wire::ByteRange::Kind::Whole:
        response.sharedBody = file.bytes;
        break;
    case wire::ByteRange::Kind::Part:
        response.status = 206;
        response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
                                                           std::to_string(size));
        response.body = file.bytes->substr(range.first, range.last - range.first + 1);
        break;
    case wire::ByteRange::Kind::Unsatisfiable:
        response.status = 416;
        response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        break;
    }
    return response;
}

Handler serveFrom(Finder find, StaticOptions options)
{
    return [find = std::move(find), options = std::move(options)](Exchange &exchange) -> Task<void> {
        const Request &request = exchange.request();
        const auto file = choose(request, find, options);
        if (!file)
            co_await exchange.respond(problem(fail(ErrorCode::NotFound, "There is nothing at " + request.path + "."), request.requestId));
        else
            co_await exchange.respond(answer(request, *file));
    };
}

std::optional<StaticFile> readBelow(const fs::path &root, std::string_view path)
{
    // The path holds no dot segments any more (http/wire/target.h); a link may still lead out, so what counts is where it ends.
    std::error_code error;
    const fs::path file = fs::canonical(root / fs::path(path).relative_path(), error);
    if (error || !fs::is_regular_file(file, error) || fs::file_size(file, error) > kMaxFileBytes)
        return std::nullopt;
    const auto [rootEnd, ignored] = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
    if (rootEnd != root.end())
        return std::nullopt;
    std::ifstream stream(file, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (!stream.good() && !stream.eof())
        return std::nullopt;
    return makeStaticFile(path, std::move(bytes), {}, false);
}

} // namespace

Handler staticFiles(std::shared_ptr<const StaticBundle> bundle, StaticOptions options)
{
    return serveFrom(
        [bundle = std::move(bundle)](std::string_view path) -> std::optional<StaticFile> {
            const StaticFile *file = bundle->find(path);
            return file ? std::optional(*file) : std::nullopt;
        },
        std::move(options));
}

Handler staticDirectory(std::string root, StaticOptions options)
{
    return serveFrom(
        [root = fs::path(std::move(root))](std::string_view path) -> std::optional<StaticFile> {
            std::error_code error;
            const fs::path folder = fs::canonical(root, error); // Each time: a build may put a new folder in its place.
            return error ? std::nullopt : readBelow(folder, path);
        },
        std::move(options));
}

} // namespace matinee::http
