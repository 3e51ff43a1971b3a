// Handlers that serve the web client: from memory, or for development from a folder that is read anew each time.
// Route them at "/{path...}" (GET). Any worker.
#pragma once

#include "http/router.h"
#include "http/static_bundle.h"

#include <memory>
#include <string>
#include <vector>

namespace matinee::http {

struct StaticOptions
{
    /// The single page behind every address that is no file: an address without extension, or one that a browser navigates to.
    std::string fallback = "/index.html";
    /// Below these there are no pages: what is not found there is a 404, not the single page.
    std::vector<std::string> reserved = {"/api/", "/admin/", "/assets/", "/flv/", "/hls/", "/recordings/", "/health/", "/rtc/", "/whip/", "/whep/"};
};

/// ETag and If-None-Match, one Range, gzip, HEAD; immutable files are cached for a year, all others checked each time.
[[nodiscard]] Handler staticFiles(std::shared_ptr<const StaticBundle> bundle, StaticOptions options = {});

/// `root` as --web-dir gave it. Links that lead out of it are not followed.
[[nodiscard]] Handler staticDirectory(std::string root, StaticOptions options = {});

} // namespace matinee::http
