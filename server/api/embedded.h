// Files that are part of the program: the OpenAPI document and the page that shows it. Made by embed.cmake.
#pragma once

#include <string_view>

namespace matinee::api {

extern const std::string_view kOpenApiJson;
extern const std::string_view kDocsHtml;
extern const std::string_view kDocsCss;
extern const std::string_view kDocsJs;

} // namespace matinee::api
