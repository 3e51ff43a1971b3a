#include "http/router.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <span>

namespace matinee::http {

namespace {

constexpr std::size_t kMaxSegments = 32; ///< A path with more matches nothing but a "rest" pattern.

struct Segments
{
    std::array<std::string_view, kMaxSegments> parts;
    std::size_t count = 0;
    bool overflow = false;
};

Segments split(std::string_view path)
{
    Segments segments;
    for (std::size_t begin = 1; begin <= path.size();) {
        if (segments.count == kMaxSegments) {
            segments.overflow = true;
            break;
        }
        const auto slash = std::min(path.find('/', begin), path.size());
        segments.parts[segments.count++] = path.substr(begin, slash - begin);
        begin = slash + 1;
    }
    return segments;
}

struct Piece
{
    enum class Kind
    {
        Literal,
        Parameter,
        Rest
    };
    Kind kind = Kind::Literal;
    std::string text;   ///< The literal, or the name of the parameter.
    std::string suffix; ///< ".flv" of {name}.flv

    // Compared as a sort key: the smaller, the more it says.
    [[nodiscard]] int openness() const { return kind == Kind::Literal ? 0 : kind == Kind::Rest ? 3 : suffix.empty() ? 2 : 1; }
};

Piece parsePiece(std::string_view text, bool last)
{
    if (!text.starts_with('{'))
        return {Piece::Kind::Literal, std::string(text), {}};
    const auto close = text.find('}');
    assert(close != std::string_view::npos && close > 1);
    const auto name = text.substr(1, close - 1);
    if (name.ends_with("...")) {
        assert(last && close + 1 == text.size());
        (void)last;
        return {Piece::Kind::Rest, std::string(name.substr(0, name.size() - 3)), {}};
    }
    return {Piece::Kind::Parameter, std::string(name), std::string(text.substr(close + 1))};
}

} // namespace

struct Router::Route
{
    Method method;
    std::vector<Piece> pieces;
    Handler handler;
    RouteOptions options;

    [[nodiscard]] bool hasRest() const { return !pieces.empty() && pieces.back().kind == Piece::Kind::Rest; }

    [[nodiscard]] bool matches(const Segments &path) const
    {
        const std::size_t fixed = pieces.size() - (hasRest() ? 1 : 0);
        if (hasRest() ? path.count < fixed : path.count != fixed || path.overflow)
            return false;
        for (std::size_t i = 0; i < fixed; ++i) {
            const Piece &piece = pieces[i];
            const auto part = path.parts[i];
            if (piece.kind == Piece::Kind::Literal ? part != piece.text
                                                   : part.size() <= piece.suffix.size() || !part.ends_with(piece.suffix))
                return false;
        }
        return true;
    }

    void read(const Segments &path, std::string_view whole, std::map<std::string, std::string, std::less<>> &parameters) const
    {
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const Piece &piece = pieces[i];
            if (piece.kind == Piece::Kind::Parameter)
                parameters.emplace(piece.text, path.parts[i].substr(0, path.parts[i].size() - piece.suffix.size()));
            else if (piece.kind == Piece::Kind::Rest)
                parameters.emplace(piece.text,
                                   i < path.count ? whole.substr(static_cast<std::size_t>(path.parts[i].data() - whole.data())) : "");
        }
    }

    // Below 0: `a` says more. Only patterns of one length compete, but for those with a rest, which come last.
    [[nodiscard]] static int compare(const Route &a, const Route &b)
    {
        if (a.hasRest() != b.hasRest())
            return a.hasRest() ? 1 : -1;
        if (a.pieces.size() != b.pieces.size())
            return a.pieces.size() > b.pieces.size() ? -1 : 1;
        for (std::size_t i = 0; i < a.pieces.size(); ++i) {
            const Piece &x = a.pieces[i];
            const Piece &y = b.pieces[i];
            if (x.openness() != y.openness())
                return x.openness() - y.openness();
            if (x.suffix != y.suffix) // The longer suffix says more.
                return x.suffix.size() > y.suffix.size() ? -1 : x.suffix.size() < y.suffix.size() ? 1 : x.suffix.compare(y.suffix);
        }
        return 0;
    }

    [[nodiscard]] bool samePattern(const Route &other) const
    {
        return std::equal(pieces.begin(), pieces.end(), other.pieces.begin(), other.pieces.end(), [](const Piece &x, const Piece &y) {
            return x.kind == y.kind && x.suffix == y.suffix && (x.kind != Piece::Kind::Literal || x.text == y.text);
        });
    }
};

void Router::add(Method method, std::string pattern, Handler handler, RouteOptions options)
{
    assert(pattern.starts_with('/'));
    auto route = std::make_shared<Route>();
    route->method = method;
    route->handler = std::move(handler);
    route->options = std::move(options);
    if (route->options.name.empty())
        route->options.name = pattern;
    const auto segments = split(pattern);
    for (std::size_t i = 0; i < segments.count; ++i)
        route->pieces.push_back(parsePiece(segments.parts[i], i + 1 == segments.count));
    for (const auto &other : m_routes) {
        assert(!(other->method == method && other->samePattern(*route)));
        (void)other;
    }
    const auto place =
        std::upper_bound(m_routes.begin(), m_routes.end(), route, [](const auto &a, const auto &b) { return Route::compare(*a, *b) < 0; });
    m_routes.insert(place, std::move(route));
}

Router::Match Router::find(Method method, std::string_view path) const
{
    Match match;
    const auto segments = split(path);
    const Route *known = nullptr;
    for (const auto &route : m_routes) {
        // A path that a closer pattern knows, under another method, is a 405 and not the business of a catch-all.
        if ((known && route->hasRest() && !route->samePattern(*known)) || !route->matches(segments))
            continue;
        if (route->method == method || (method == Method::Head && route->method == Method::Get)) {
            match.handler = &route->handler;
            match.options = &route->options;
            route->read(segments, path, match.parameters);
            match.allowed.clear();
            return match;
        }
        match.allowed.push_back(route->method);
        if (!known)
            known = route.get();
    }
    std::sort(match.allowed.begin(), match.allowed.end());
    match.allowed.erase(std::unique(match.allowed.begin(), match.allowed.end()), match.allowed.end());
    return match;
}

void Router::forEach(const std::function<void(const RouteOptions &)> &visit) const
{
    for (const auto &route : m_routes)
        visit(route->options);
}

} // namespace matinee::http
