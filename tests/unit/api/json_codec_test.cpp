#include "tests/unit/api/test_support.h"

#include "api/json_codec.h"
#include "api/query.h"

#include "matinee/v1/streams.pb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::HasSubstr;
using testing::Not;

namespace matinee::api {

namespace {

DeclaredCall declared(const std::string &method)
{
    return *readDeclaration(*testService("GoodService")->FindMethodByName(method));
}

Result<test::EchoRequest> echo(const std::string &body, const std::string &name = "one", const std::string &type = "application/json")
{
    JsonRequest request;
    request.parameters["name"] = name;
    request.contentType = type;
    request.body = body;
    test::EchoRequest into;
    if (Result<void> good = decodeJsonCall(declared("Echo"), request, into); !good)
        return good.error();
    return into;
}

Result<test::SearchRequest> search(const std::string &query, const std::string &id = "7")
{
    JsonRequest request;
    request.parameters["id"] = id;
    request.query = query;
    test::SearchRequest into;
    if (Result<void> good = decodeJsonCall(declared("Search"), request, into); !good)
        return good.error();
    return into;
}

void expectProblem(const Error &error, const std::string &field, const std::string &message)
{
    EXPECT_EQ(error.code, ErrorCode::InvalidArgument);
    EXPECT_EQ(error.field, field);
    EXPECT_THAT(error.message, HasSubstr(message));
}

TEST(JsonCall, BodyAndPathMakeTheRequest)
{
    const auto request = echo(R"({"count": 3, "loud": true, "tags": ["a", "b"], "colour": "RED", "inner": {"word": "x"},
        "more": [{"number": 1}, {"number": 2}], "at": "2026-01-31T20:15:00Z", "hint": "", "big": "9007199254740993", "ratio": 0.5})");
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->name(), "one");
    EXPECT_EQ(request->count(), 3u);
    EXPECT_TRUE(request->loud());
    EXPECT_EQ(request->tags_size(), 2);
    EXPECT_EQ(request->colour(), test::RED);
    EXPECT_EQ(request->inner().word(), "x");
    EXPECT_EQ(request->more(1).number(), 2u);
    EXPECT_EQ(request->at().seconds(), 1769890500);
    EXPECT_TRUE(request->has_hint());
    EXPECT_EQ(request->big(), 9007199254740993);
}

TEST(JsonCall, AnEmptyBodyIsAnEmptyRequestWhateverItsType)
{
    EXPECT_EQ(echo("", "one", "")->name(), "one");
    EXPECT_EQ(echo("{}")->name(), "one");
    EXPECT_TRUE(echo(" {} \n", "one", "Application/JSON ; charset=utf-8"));
}

TEST(JsonCall, OtherTypesAreRefusedWithWhatToSend)
{
    for (const char *type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
        const auto refused = echo("{}", "one", type);
        ASSERT_FALSE(refused) << type;
        EXPECT_EQ(refused.error().code, ErrorCode::UnsupportedMediaType);
        EXPECT_THAT(refused.error().message, HasSubstr("Content-Type: application/json"));
    }
}

TEST(JsonCall, UnknownFieldsAreNamedWhereverTheyAre)
{
    expectProblem(echo(R"({"cuont": 3})").error(), "cuont", "There is no field `cuont`.");
    expectProblem(echo(R"({"inner": {"wrod": "x"}})").error(), "inner.wrod", "`wrod`");
    expectProblem(echo(R"({"more": [{}, {"wrod": "x"}]})").error(), "more.wrod", "`wrod`");
    expectProblem(echo("{\"a`\\u0001\\u00e9\": 3}").error(), "a`\x01\xc3\xa9", "`a????`");
}

TEST(JsonCall, CamelCaseNamesAreToldTheirRightName)
{
    JsonRequest request;
    request.contentType = "application/json";
    request.body = R"({"blockSeconds": 3})";
    request.parameters["name"] = "x";
    v1::KickStreamRequest into;
    const auto call =
        readDeclaration(*v1::KickStreamRequest::descriptor()->file()->FindServiceByName("StreamService")->FindMethodByName("KickStream"));
    expectProblem(decodeJsonCall(*call, request, into).error(), "blockSeconds", "it is called `block_seconds`");
}

TEST(JsonCall, WrongTypesAreNamedWithWhatIsExpected)
{
    expectProblem(echo(R"({"loud": true, "count": "many"})").error(), "count", "`count` must be a whole number from 0 to 4294967295.");
    expectProblem(echo(R"({"count": -1})").error(), "count", "whole number");
    expectProblem(echo(R"({"count": 1.5})").error(), "count", "whole number");
    expectProblem(echo(R"({"loud": "maybe"})").error(), "loud", "true or false");
    expectProblem(echo(R"({"tags": "a"})").error(), "tags", "a list, each text");
    expectProblem(echo(R"({"tags": [{}]})").error(), "tags", "a list, each text");
    expectProblem(echo(R"({"colour": "GREEN"})").error(), "colour", "COLOUR_UNSPECIFIED, RED, BLUE");
    expectProblem(echo(R"({"inner": 3})").error(), "inner", "an object");
    expectProblem(echo(R"({"at": "yesterday"})").error(), "at", "a time such as");
}

TEST(JsonCall, BodiesThatAreNoJsonAreRefusedWithThePlace)
{
    for (const char *body : {"{", "{\"count\": }", "{'count': 3}", "{\"count\": 3,}", "{} {}", "{\"name\": \"\xff\"}", "nul"}) {
        const auto refused = echo(body);
        ASSERT_FALSE(refused) << body;
        EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
        EXPECT_THAT(refused.error().message, HasSubstr("not valid JSON")) << body;
    }
    for (const char *body : {"[]", "3", "null", "\"x\""})
        EXPECT_THAT(echo(body).error().message, HasSubstr("must be a JSON object")) << body;
}

TEST(JsonCall, DepthIsLimited)
{
    std::string deep;
    for (int i = 0; i < 100000; ++i)
        deep += "{\"inner\":";
    EXPECT_FALSE(echo(deep));
}

TEST(JsonCall, ABodyMayRepeatThePathButNotContradictIt)
{
    EXPECT_TRUE(echo(R"({"name": "one"})"));
    expectProblem(echo(R"({"name": "two"})").error(), "name", "differs from the path");
}

TEST(JsonCall, EveryTruncationOfABodyIsRefused)
{
    const std::string whole = R"({"count": 3, "tags": ["a", "\u00e9"], "inner": {"word": "x"}, "ratio": 1e3})";
    ASSERT_TRUE(echo(whole));
    for (std::size_t size = 1; size < whole.size(); ++size)
        EXPECT_FALSE(echo(whole.substr(0, size))) << size;
}

TEST(QueryCall, PathAndQueryMakeTheRequest)
{
    const auto request = search("text=two%20words+more&offset=-3&exact=true&tags=a&tags=b&colour=BLUE&ratio=2.5&big=18446744073709551615");
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->id(), 7u);
    EXPECT_EQ(request->text(), "two words more");
    EXPECT_EQ(request->offset(), -3);
    EXPECT_TRUE(request->exact());
    EXPECT_EQ(request->tags_size(), 2);
    EXPECT_EQ(request->colour(), test::BLUE);
    EXPECT_EQ(request->big(), 18446744073709551615u);
    EXPECT_TRUE(search("&&text=&"));
}

TEST(QueryCall, MistakesAreNamed)
{
    expectProblem(search("txet=1").error(), "txet", "There is no field `txet` in the query.");
    expectProblem(search("id=8").error(), "id", "There is no field `id`");
    expectProblem(search("text=a&text=b").error(), "text", "twice");
    expectProblem(search("offset=3x").error(), "offset", "whole number");
    expectProblem(search("offset=").error(), "offset", "whole number");
    expectProblem(search("exact=1").error(), "exact", "true or false");
    expectProblem(search("colour=GREEN").error(), "colour", "one of");
    expectProblem(search("text=%ff").error(), "text", "UTF-8");
    expectProblem(search("text=%4").error(), "", "two hexadecimal digits");
    expectProblem(search("text=%zz").error(), "", "two hexadecimal digits");
    expectProblem(search("", "seven").error(), "id", "whole number");
    expectProblem(search("", "4294967296").error(), "id", "whole number");
    std::string many;
    for (int i = 0; i < 65; ++i)
        many += "tags=a&";
    expectProblem(search(many).error(), "", "more than 64");
}

TEST(QueryCall, ACallWithABodyTakesNoQuery)
{
    JsonRequest request;
    request.parameters["name"] = "one";
    request.query = "count=3";
    test::EchoRequest into;
    expectProblem(decodeJsonCall(declared("Echo"), request, into).error(), "count", "put it into the body");
}

TEST(QueryCall, ACallWithoutABodyTakesNone)
{
    JsonRequest request;
    request.parameters["id"] = "7";
    request.contentType = "application/json";
    request.body = "{}";
    test::SearchRequest into;
    expectProblem(decodeJsonCall(declared("Search"), request, into).error(), "", "takes no body");
}

TEST(JsonAnswers, HaveEveryPlainFieldUnderItsProtoName)
{
    v1::Stream stream;
    stream.set_name("one");
    const auto text = encodeJson(stream);
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr(R"("private":false)"));
    EXPECT_THAT(*text, HasSubstr(R"("status":"")"));
    EXPECT_THAT(*text, Not(HasSubstr("publish_key"))) << "an optional field that is not set must not look like an empty key";
    stream.set_publish_key("k");
    EXPECT_THAT(*encodeJson(stream), HasSubstr(R"("publish_key":"k")"));
    EXPECT_THAT(*encodeJson(v1::ListStreamsResponse()), HasSubstr(R"("streams":[])"));
}

} // namespace

} // namespace matinee::api
