#include "cli/answers.h"

#include "api/json_codec.h"

#include <boost/json.hpp>

#include <array>
#include <ctime>

namespace matinee::cli {

boost::json::value documentOf(const google::protobuf::Message &message)
{
    const Result<std::string> text = api::encodeJson(message);
    boost::system::error_code error;
    return text ? boost::json::parse(*text, error) : boost::json::value();
}

std::string when(const google::protobuf::Timestamp &time)
{
    const std::time_t seconds = time.seconds();
    std::tm parts{};
    if (::gmtime_r(&seconds, &parts) == nullptr)
        return "-";
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts)};
}

} // namespace matinee::cli
