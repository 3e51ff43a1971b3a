#include "http/static_files.h"
#include "tests/unit/http/door_fixture.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace matinee;
using namespace matinee::test;

namespace {

const std::string kScript(5000, 's');

std::shared_ptr<http::StaticBundle> bundle()
{
    auto files = std::make_shared<http::StaticBundle>();
    files->add("/index.html", "<!doctype html><title>Matinee</title>");
    files->add("/assets/main-1a2b3c4d.js", kScript);
    files->add("/assets/packed-5e6f.css", std::string(3000, 'c'), "pretend-gzip");
    files->add("/favicon.svg", "<svg/>");
    files->add("/empty.txt", "");
    return files;
}

void bundleRoutes(http::Router &router)
{
    router.add(http::Method::Get, "/{path...}", http::staticFiles(bundle()));
    router.add(http::Method::Get, "/api/v1/server", echoHandler());
}

} // namespace

TEST(StaticFiles, ServesFilesWithTypeTagAndCacheRule)
{
    Door door(bundleRoutes);
    const auto script = door.get("/assets/main-1a2b3c4d.js");
    EXPECT_EQ(script.status, 200);
    EXPECT_EQ(script.body, kScript);
    EXPECT_EQ(script["Content-Type"], "text/javascript; charset=utf-8");
    EXPECT_EQ(script["Cache-Control"], "public, max-age=31536000, immutable");
    EXPECT_EQ(script["ETag"].size(), 26U);
    const auto page = door.get("/");
    EXPECT_EQ(page["Cache-Control"], "no-cache");
    EXPECT_EQ(page["Content-Type"], "text/html; charset=utf-8");
    EXPECT_NE(page["Content-Security-Policy"].find("script-src 'self' 'wasm-unsafe-eval';"), std::string::npos);
    EXPECT_EQ(door.get("/empty.txt").status, 200);
}

TEST(StaticFiles, AnswersWithNothingNewWhereTheTagIsKnown)
{
    Door door(bundleRoutes);
    const auto first = door.get("/");
    const auto second = door.get("/", "If-None-Match: \"x\", " + first["ETag"] + "\r\n");
    EXPECT_EQ(second.status, 304);
    EXPECT_EQ(second["ETag"], first["ETag"]);
    EXPECT_EQ(second.body, "");
    EXPECT_EQ(door.get("/", "If-None-Match: \"other\"\r\n").status, 200);
}

TEST(StaticFiles, PackedAndPlainHaveTheirOwnTags)
{
    Door door(bundleRoutes);
    const auto plain = door.get("/assets/main-1a2b3c4d.js");
    const auto packed = door.get("/assets/main-1a2b3c4d.js", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(packed["Content-Encoding"], "gzip");
    EXPECT_LT(packed.body.size(), 200U);
    EXPECT_NE(packed["ETag"], plain["ETag"]);
    EXPECT_EQ(packed["Vary"], "Accept-Encoding");
    EXPECT_EQ(door.get("/assets/main-1a2b3c4d.js", "Accept-Encoding: gzip\r\nIf-None-Match: " + packed["ETag"] + "\r\n").status, 304);
    EXPECT_EQ(door.get("/assets/packed-5e6f.css", "Accept-Encoding: gzip\r\n").body, "pretend-gzip");
    EXPECT_EQ(door.get("/favicon.svg", "Accept-Encoding: gzip\r\n")["Content-Encoding"], "") << "too small to be worth it";
}

TEST(StaticFiles, ServesOneRange)
{
    Door door(bundleRoutes);
    const auto part = door.get("/assets/main-1a2b3c4d.js", "Range: bytes=100-199\r\nAccept-Encoding: gzip\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part["Content-Range"], "bytes 100-199/5000");
    EXPECT_EQ(part.body.size(), 100U);
    EXPECT_EQ(part["Content-Encoding"], "");
    const auto outside = door.get("/assets/main-1a2b3c4d.js", "Range: bytes=5000-\r\n");
    EXPECT_EQ(outside.status, 416);
    EXPECT_EQ(outside["Content-Range"], "bytes */5000");
    EXPECT_EQ(door.get("/assets/main-1a2b3c4d.js", "Range: bytes=0-1,5-6\r\n").status, 200);
    EXPECT_EQ(door.get("/assets/main-1a2b3c4d.js", "Range: bytes=0-1\r\nIf-Range: \"old\"\r\n").status, 200);
    EXPECT_EQ(door.get("/empty.txt", "Range: bytes=0-\r\n").status, 416);
}

TEST(StaticFiles, PagesOfTheSinglePageAreItsIndex)
{
    Door door(bundleRoutes);
    EXPECT_NE(door.get("/watch/living-room").body.find("Matinee"), std::string::npos);
    EXPECT_NE(door.get("/watch/room.2", "Accept: text/html,*/*\r\n").body.find("Matinee"), std::string::npos) << "a browser goes there";
    EXPECT_EQ(door.get("/missing.png").status, 404);
    EXPECT_EQ(door.get("/assets/gone-123.js", "Accept: text/html\r\n").status, 404);
    const auto api = door.get("/api/v1/nothing");
    EXPECT_EQ(api.status, 404);
    EXPECT_EQ(api["Content-Type"], "application/problem+json");
    EXPECT_EQ(door.get("/api/v1/server").status, 200);
}

TEST(StaticFiles, HeadTellsTheLength)
{
    Door door(bundleRoutes);
    const auto reply = door.ask("HEAD /assets/main-1a2b3c4d.js HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply["Content-Length"], "5000");
    EXPECT_EQ(reply.body, "");
}

TEST(StaticDirectory, ReadsAnewAndNeverLeavesItsFolder)
{
    namespace fs = std::filesystem;
    const fs::path base = fs::path(testing::TempDir()) / ("matinee_web_" + std::to_string(::getpid()));
    fs::create_directories(base / "web/assets");
    fs::create_directories(base / "web-private");
    std::ofstream(base / "web/index.html") << "one";
    std::ofstream(base / "web/assets/a.js") << "script";
    std::ofstream(base / "secret.txt") << "hidden content";
    std::ofstream(base / "web-private/b.txt") << "hidden content";
    fs::create_symlink(base / "secret.txt", base / "web/link.txt");
    fs::create_directory_symlink(base / "web-private", base / "web/linked");
    Door door([&](http::Router &router) { router.add(http::Method::Get, "/{path...}", http::staticDirectory((base / "web").string())); });
    EXPECT_EQ(door.get("/").body, "one");
    std::ofstream(base / "web/index.html") << "two";
    EXPECT_EQ(door.get("/").body, "two");
    EXPECT_EQ(door.get("/assets/a.js")["Cache-Control"], "no-cache");
    for (const char *path : {"/link.txt", "/linked/b.txt", "//secret.txt", "/..//secret.txt", "/%2e%2e/secret.txt", "/assets"})
        EXPECT_EQ(door.get(path).body.find("hidden content"), std::string::npos) << path;
    fs::remove_all(base);
}
