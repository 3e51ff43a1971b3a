#include "store/database_url.h"

#include <array>
#include <charconv>
#include <optional>

namespace matinee::store {

namespace {

constexpr std::size_t kLongestUrl = 4096;
constexpr std::array<std::string_view, 8> kOptions{"sslmode",          "sslrootcert",          "sslcert",        "sslkey", "host",
                                                   "application_name", "target_session_attrs", "channel_binding"};
constexpr std::array<std::string_view, 6> kSslModes{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};

Error wrong(std::string sentence)
{
    return fail(ErrorCode::InvalidArgument, std::move(sentence), "database.url");
}

template <std::size_t N> bool contains(const std::array<std::string_view, N> &set, std::string_view word)
{
    for (const std::string_view known : set)
        if (known == word)
            return true;
    return false;
}

template <std::size_t N> std::string joined(const std::array<std::string_view, N> &set)
{
    std::string text;
    for (const std::string_view word : set)
        text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
}

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/// Nothing where a '%' is not followed by two hexadecimal digits, or where a control character would come out.
std::optional<std::string> percentDecoded(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int high = i + 1 < text.size() ? hexValue(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hexValue(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return std::nullopt;
        out.push_back(c);
    }
    return out;
}

Error wronglyEncoded(std::string_view part)
{
    return wrong("The " + std::string(part) +
                 " in database.url is not encoded rightly: write '%' as %25, and other special characters as % "
                 "and two hexadecimal digits.");
}

Result<DatabaseUrl> parseSqlite(std::string_view rest)
{
    DatabaseUrl url;
    url.engine = Engine::Sqlite;
    if (rest.starts_with("//")) {
        if (!rest.starts_with("///"))
            return wrong(
                "database.url with sqlite:// needs a third slash before an absolute path (sqlite:///srv/matinee.db); a relative path "
                "is written sqlite:matinee.db.");
        if (rest.find('?') != std::string_view::npos)
            return wrong("database.url for SQLite takes no options after '?'; write a '?' that belongs to the path as %3F.");
        auto path = percentDecoded(rest.substr(2));
        if (!path)
            return wronglyEncoded("path");
        url.path = std::move(*path);
    } else {
        for (const char c : rest)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                return wrong("The path in database.url has a control character in it.");
        url.path = rest;
    }
    if (url.path.empty() || url.path.back() == '/')
        return wrong("database.url names no file: write sqlite:PATH, for instance sqlite:/srv/matinee/matinee.db.");
    if (url.path == ":memory:")
        return wrong(
            "database.url cannot be an in-memory database: several connections share it, and it would forget everything at each restart.");
    return url;
}

Result<void> parseOption(std::string_view pair, DatabaseUrl &url)
{
    const std::size_t equals = pair.find('=');
    const std::string key(pair.substr(0, equals));
    if (equals == std::string_view::npos || !contains(kOptions, key))
        return wrong("database.url has an option after '?' that is not known here. Known are: " + joined(kOptions) + ".");
    auto value = percentDecoded(pair.substr(equals + 1));
    // The driver separates options by ';' and offers no way to quote one.
    if (!value || value->empty() || value->find(';') != std::string::npos)
        return wrong("The option " + key + " in database.url has no usable value.");
    if (key == "sslmode" && !contains(kSslModes, *value))
        return wrong("sslmode in database.url must be one of: " + joined(kSslModes) + ".");
    if (url.options.contains(key) || (key == "host" && !url.host.empty()))
        return wrong("database.url says " + key + " twice.");
    if (key == "host")
        url.host = std::move(*value);
    else
        url.options[key] = std::move(*value);
    return {};
}

/// `[::1]:5432`, `db.example:5432`, `db.example`, or nothing.
Result<void> parseHost(std::string_view text, DatabaseUrl &url)
{
    std::string_view host = text;
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos || (end + 1 < text.size() && text[end + 1] != ':'))
            return wrong("The address in database.url lacks its closing ']'.");
        host = text.substr(1, end - 1);
        port = end + 1 < text.size() ? text.substr(end + 2) : std::string_view();
        if (end + 1 < text.size() && port.empty())
            return wrong("The port in database.url is empty.");
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        if (port.empty())
            return wrong("The port in database.url is empty.");
    }
    if (!port.empty()) {
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
        if (error != std::errc() || end != port.data() + port.size() || url.port == 0)
            return wrong(
                "The port in database.url is not a number from 1 to 65535. A '/', ':', '@', '#', '?' or '%' within the password must be "
                "percent-encoded.");
    }
    auto decoded = percentDecoded(host);
    if (!decoded)
        return wronglyEncoded("host");
    if (decoded->find(',') != std::string::npos)
        return wrong("database.url names several hosts; one is supported.");
    url.host = std::move(*decoded);
    return {};
}

Result<DatabaseUrl> parsePostgres(std::string_view rest)
{
    DatabaseUrl url;
    url.engine = Engine::Postgres;
    if (!rest.starts_with("//"))
        return wrong("database.url for PostgreSQL is written postgres://user:password@host:port/name.");
    rest.remove_prefix(2);
    if (rest.find('#') != std::string_view::npos)
        return wrong("database.url has a '#' in it; within the password write it as %23.");

    std::string_view query;
    if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
        query = rest.substr(mark + 1);
        rest = rest.substr(0, mark);
    }
    const std::size_t slash = rest.find('/');
    std::string_view authority = rest.substr(0, slash);
    const std::string_view name = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);

    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        const std::string_view login = authority.substr(0, at);
        authority.remove_prefix(at + 1);
        const std::size_t colon = login.find(':');
        auto user = percentDecoded(login.substr(0, colon));
        auto password = percentDecoded(colon == std::string_view::npos ? std::string_view() : login.substr(colon + 1));
        if (!user)
            return wronglyEncoded("user");
        if (!password)
            return wronglyEncoded("password");
        if (login.find('@') != std::string_view::npos)
            return wrong("database.url has two '@'; within the password write it as %40.");
        url.user = std::move(*user);
        url.password = std::move(*password);
    }
    if (auto r = parseHost(authority, url); !r)
        return r.error();
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        if (auto r = parseOption(query.substr(0, end), url); !r)
            return r.error();
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    }
    auto database = percentDecoded(name);
    if (!database)
        return wronglyEncoded("database name");
    if (database->empty() || database->find('/') != std::string::npos)
        return wrong("database.url does not name a database after the host: postgres://user:password@host:port/name.");
    url.name = std::move(*database);
    if (url.user.empty())
        return wrong("database.url names no database user: postgres://user:password@host:port/name.");
    if (url.host.empty())
        return wrong("database.url names no host: postgres://user:password@host:port/name, or ?host=/run/postgresql for a Unix socket.");
    return url;
}

} // namespace

std::string DatabaseUrl::describe() const
{
    if (engine == Engine::Sqlite)
        return "SQLite " + path;
    const bool brackets = host.find(':') != std::string::npos;
    return "PostgreSQL " + (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port) + "/" + name + " as " + user;
}

Result<DatabaseUrl> parseDatabaseUrl(std::string_view url)
{
    if (url.empty())
        return wrong("database.url is empty: write sqlite:PATH or postgres://user:password@host:port/name.");
    if (url.size() > kLongestUrl)
        return wrong("database.url is longer than 4096 characters.");
    const std::size_t colon = url.find(':');
    const std::string_view scheme = url.substr(0, colon);
    const std::string_view rest = colon == std::string_view::npos ? std::string_view() : url.substr(colon + 1);
    if (scheme == "sqlite")
        return parseSqlite(rest);
    if (scheme == "postgres" || scheme == "postgresql")
        return parsePostgres(rest);
    return wrong("database.url must begin with sqlite: or postgres://.");
}

} // namespace matinee::store
