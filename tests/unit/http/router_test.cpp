#include "http/router.h"

#include <gtest/gtest.h>

using namespace matinee;
using namespace matinee::http;

namespace {

Handler nothing()
{
    return [](Exchange &) -> Task<void> { co_return; };
}

struct Routes
{
    Router router;
    void add(Method method, const std::string &pattern) { router.add(method, pattern, nothing()); }
    std::string find(Method method, std::string_view path) const
    {
        const auto match = router.find(method, path);
        if (!match.handler)
            return match.allowed.empty() ? "404" : "405";
        std::string text = match.options->name;
        for (const auto &[name, value] : match.parameters)
            text += " " + name + "=" + value;
        return text;
    }
};

} // namespace

TEST(Router, ALiteralWinsOverAParameterWhateverTheOrder)
{
    Routes routes;
    routes.add(Method::Get, "/{path...}");
    routes.add(Method::Get, "/a/{x}");
    routes.add(Method::Get, "/a/b");
    routes.add(Method::Get, "/{y}/b");
    EXPECT_EQ(routes.find(Method::Get, "/a/b"), "/a/b");
    EXPECT_EQ(routes.find(Method::Get, "/a/c"), "/a/{x} x=c");
    EXPECT_EQ(routes.find(Method::Get, "/z/b"), "/{y}/b y=z");
    EXPECT_EQ(routes.find(Method::Get, "/z/c"), "/{path...} path=z/c");
    EXPECT_EQ(routes.find(Method::Get, "/"), "/{path...} path=");
}

TEST(Router, ASuffixIsPartOfThePattern)
{
    Routes routes;
    routes.add(Method::Get, "/flv/{name}.flv");
    routes.add(Method::Get, "/hls/{name}.m3u8");
    routes.add(Method::Get, "/hls/{name}/{segment}.ts");
    EXPECT_EQ(routes.find(Method::Get, "/flv/living room.flv"), "/flv/{name}.flv name=living room");
    EXPECT_EQ(routes.find(Method::Get, "/flv/a.b.flv"), "/flv/{name}.flv name=a.b");
    EXPECT_EQ(routes.find(Method::Get, "/flv/.flv"), "404");
    EXPECT_EQ(routes.find(Method::Get, "/flv/a.mp4"), "404");
    EXPECT_EQ(routes.find(Method::Get, "/hls/a/7.ts"), "/hls/{name}/{segment}.ts name=a segment=7");
    EXPECT_EQ(routes.find(Method::Get, "/flv/a.flv/"), "404");
}

TEST(Router, HeadFindsGetAndAnUnknownMethodIsTold)
{
    Routes routes;
    routes.add(Method::Get, "/x");
    routes.add(Method::Post, "/x");
    EXPECT_EQ(routes.find(Method::Head, "/x"), "/x");
    EXPECT_EQ(routes.find(Method::Delete, "/x"), "405");
    EXPECT_EQ(routes.router.find(Method::Delete, "/x").allowed, (std::vector<Method>{Method::Get, Method::Post}));
    EXPECT_EQ(routes.find(Method::Get, "/y"), "404");
}

TEST(Router, ACatchAllDoesNotHideAWrongMethod)
{
    Routes routes;
    routes.add(Method::Get, "/{path...}");
    routes.add(Method::Post, "/api/things");
    routes.add(Method::Post, "/admin/{rest...}");
    routes.add(Method::Put, "/admin/{rest...}");
    EXPECT_EQ(routes.find(Method::Get, "/api/things"), "405");
    EXPECT_EQ(routes.find(Method::Get, "/admin/x/y"), "405");
    EXPECT_EQ(routes.find(Method::Put, "/admin/x/y"), "/admin/{rest...} rest=x/y");
    EXPECT_EQ(routes.find(Method::Post, "/other"), "405");
}

TEST(Router, AVeryDeepPathMatchesACatchAllOnly)
{
    Routes routes;
    routes.add(Method::Get, "/{path...}");
    routes.add(Method::Get, "/a/{x}");
    std::string deep;
    for (int i = 0; i < 500; ++i)
        deep += "/a";
    EXPECT_EQ(routes.find(Method::Get, deep), "/{path...} path=" + deep.substr(1));
}
