#include "mail/letter.h"

#include <boost/json.hpp>

namespace matinee::mail {

namespace {

namespace json = boost::json;

std::string textAt(const json::object &object, std::string_view key)
{
    const json::value *value = object.if_contains(key);
    const json::string *text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

std::int64_t numberAt(const json::object &object, std::string_view key)
{
    const json::value *value = object.if_contains(key);
    const std::int64_t *number = value == nullptr ? nullptr : value->if_int64();
    return number == nullptr ? 0 : *number;
}

} // namespace

std::string toJson(const Letter &letter)
{
    const Values &values = letter.values;
    const json::object object{
        {"to", letter.to.text()},
        {"kind", kindName(letter.kind)},
        {"language", languageTag(letter.language)},
        {"name", values.name},
        {"link", values.link},
        {"code", values.code},
        {"lifetime", static_cast<std::int64_t>(values.lifetime.count())},
        {"device", values.device},
        {"address", values.address},
        {"change", changeName(values.change)},
        {"detail", values.detail},
        {"when", static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::seconds>(values.when.time_since_epoch()).count())}};
    return json::serialize(object);
}

std::optional<Letter> letterOf(std::string_view text, std::chrono::system_clock::time_point expiresAt)
{
    boost::system::error_code error;
    const json::value document = json::parse(text, error);
    if (error || !document.is_object())
        return std::nullopt;
    const json::object &object = document.get_object();
    auto to = parseAddress(textAt(object, "to"));
    const auto kind = kindNamed(textAt(object, "kind"));
    if (!to || !kind)
        return std::nullopt;
    Letter letter{std::move(*to), *kind, languageOf(textAt(object, "language")), {}, expiresAt};
    letter.values.name = textAt(object, "name");
    letter.values.link = textAt(object, "link");
    letter.values.code = textAt(object, "code");
    letter.values.lifetime = std::chrono::minutes(numberAt(object, "lifetime"));
    letter.values.device = textAt(object, "device");
    letter.values.address = textAt(object, "address");
    letter.values.change = changeNamed(textAt(object, "change")).value_or(letter.values.change);
    letter.values.detail = textAt(object, "detail");
    letter.values.when = std::chrono::system_clock::time_point(std::chrono::seconds(numberAt(object, "when")));
    return letter;
}

} // namespace matinee::mail
