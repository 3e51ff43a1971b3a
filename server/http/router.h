// Which handler answers which path. Filled at start by app, read-only afterwards, any worker.
#pragma once

#include "http/exchange.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace matinee::http {

using Handler = std::function<Task<void>(Exchange &)>;

struct RouteOptions
{
    std::size_t maxBodyBytes = 1 << 20; ///< More is refused with 413 before it is read.
    bool cors = false;                  ///< Cross-origin use by server.cors_allowed_origins (API, media).
    std::string name;                   ///< Label in metrics; the pattern where empty.
};

class Router
{
public:
    /// Pattern: literal segments and {name} for one whole segment, or {name}.suffix ("/flv/{name}.flv"), or {path...} as the last
    /// for the rest. A literal wins over a parameter. Two routes for one method and pattern are a defect: asserts.
    void add(Method method, std::string pattern, Handler handler, RouteOptions options = {});

    struct Match
    {
        const Handler *handler = nullptr; ///< Null: `allowed` empty = 404, else 405 with Allow.
        const RouteOptions *options = nullptr;
        std::map<std::string, std::string, std::less<>> parameters;
        std::vector<Method> allowed;
    };
    [[nodiscard]] Match find(Method method, std::string_view path) const; ///< HEAD finds GET.

    /// For each route, in the order they were added.
    void forEach(const std::function<void(const RouteOptions &)> &visit) const;

private:
    struct Route;
    std::vector<std::shared_ptr<const Route>> m_routes; ///< The more literal ones first.
};

} // namespace matinee::http
