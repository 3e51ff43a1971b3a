#include "api/docs_page.h"

#include "api/embedded.h"

#include <cstdio>
#include <functional>

namespace matinee::api {

namespace {

struct Page
{
    std::shared_ptr<const std::string> body;
    std::string contentType;
    std::string etag; // changes with the content, so with the program
};

Task<void> serve(std::shared_ptr<const Page> page, http::Exchange &exchange)
{
    http::Response response;
    response.headers.emplace_back("ETag", page->etag);
    response.headers.emplace_back("Cache-Control", "no-cache");
    if (exchange.request().header("if-none-match") == page->etag) {
        response.status = 304;
    } else {
        response.headers.emplace_back("Content-Type", page->contentType);
        response.sharedBody = page->body;
    }
    co_await exchange.respond(std::move(response));
}

void add(http::Router &router, const char *path, std::string_view content, const char *contentType, bool cors)
{
    char etag[32];
    std::snprintf(etag, sizeof etag, "W/\"%016zx\"", std::hash<std::string_view>()(content));
    const auto page = std::make_shared<const Page>(Page{std::make_shared<const std::string>(content), contentType, etag});
    http::RouteOptions options;
    options.cors = cors;
    options.name = path;
    router.add(
        http::Method::Get, path, [page](http::Exchange &exchange) { return serve(page, exchange); }, std::move(options));
}

} // namespace

void registerDocs(http::Router &router)
{
    add(router, "/api/openapi.json", kOpenApiJson, "application/json", true);
    add(router, "/api/docs", kDocsHtml, "text/html; charset=utf-8", false);
    add(router, "/api/docs/docs.css", kDocsCss, "text/css; charset=utf-8", false);
    add(router, "/api/docs/docs.js", kDocsJs, "text/javascript; charset=utf-8", false);
}

} // namespace matinee::api
