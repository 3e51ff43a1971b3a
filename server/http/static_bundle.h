// Files that the program carries in memory: the web client. Filled at start, then shared and read-only; any thread.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace matinee::http {

struct StaticFile
{
    std::shared_ptr<const std::string> bytes;
    std::string contentType;
    std::string etag;       ///< Strong, of the plain bytes, with its quotes.
    bool immutable = false; ///< Its name changes with its content.

    /// The gzip form, made at the first call where none was given; null where it is not smaller.
    [[nodiscard]] std::shared_ptr<const std::string> gzip() const;

private:
    friend struct StaticBundle;
    friend StaticFile makeStaticFile(std::string_view, std::string, std::string, std::optional<bool>);
    struct Packed
    {
        std::once_flag once;
        std::shared_ptr<const std::string> bytes;
    };
    std::shared_ptr<Packed> m_packed;
};

/// `path` tells the content type by its extension, and whether it is immutable where that is not said: "/assets/" is where Vite
/// puts names with a hash.
[[nodiscard]] StaticFile makeStaticFile(std::string_view path, std::string bytes, std::string gzip = {},
                                        std::optional<bool> immutable = {});
[[nodiscard]] std::string_view contentTypeOf(std::string_view path);

struct StaticBundle
{
    /// `path` begins with '/'. `gzip`: the same content packed, where the build made it.
    void add(std::string path, std::string bytes, std::string gzip = {}, std::optional<bool> immutable = {});
    [[nodiscard]] const StaticFile *find(std::string_view path) const; ///< Null where there is none.
    [[nodiscard]] bool empty() const { return files.empty(); }

    std::unordered_map<std::string, StaticFile> files;
};

} // namespace matinee::http
