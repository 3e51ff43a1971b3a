#include "store/database_url.h"

#include <gtest/gtest.h>

namespace matinee::store {
namespace {

DatabaseUrl parsed(std::string_view text)
{
    auto url = parseDatabaseUrl(text);
    EXPECT_TRUE(url.has_value()) << text << ": " << (url ? "" : url.error().message);
    return url ? *url : DatabaseUrl();
}

std::string refusal(std::string_view text)
{
    auto url = parseDatabaseUrl(text);
    EXPECT_FALSE(url.has_value()) << text;
    if (url)
        return {};
    EXPECT_EQ(url.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(url.error().field, "database.url");
    return url.error().message;
}

TEST(DatabaseUrl, SqliteTakesThePathAsItIs)
{
    EXPECT_EQ(parsed("sqlite:/srv/100%/a b?.db").path, "/srv/100%/a b?.db");
    EXPECT_EQ(parsed("sqlite:matinee.db").path, "matinee.db");
    EXPECT_EQ(parsed("sqlite:matinee.db").engine, Engine::Sqlite);
}

TEST(DatabaseUrl, SqliteWithThreeSlashesIsDecoded)
{
    EXPECT_EQ(parsed("sqlite:///srv/a%20b/m.db").path, "/srv/a b/m.db");
}

TEST(DatabaseUrl, SqliteWithoutAFileIsRefused)
{
    EXPECT_NE(refusal("sqlite:").find("names no file"), std::string::npos);
    EXPECT_NE(refusal("sqlite:/srv/").find("names no file"), std::string::npos);
    EXPECT_NE(refusal("sqlite://matinee.db").find("third slash"), std::string::npos);
    EXPECT_NE(refusal("sqlite::memory:").find("in-memory"), std::string::npos);
    EXPECT_NE(refusal("sqlite:///a?mode=ro").find("no options"), std::string::npos);
    EXPECT_NE(refusal("sqlite:///a%0ab").find("encoded"), std::string::npos);
    refusal(std::string_view("sqlite:a\0b", 10));
}

TEST(DatabaseUrl, PostgresIsTakenApartAndDecoded)
{
    const DatabaseUrl url = parsed("postgres://ma%40n:p%3Aw%2F%25@db.example:5433/my%20db?sslmode=require&application_name=x");
    EXPECT_EQ(url.engine, Engine::Postgres);
    EXPECT_EQ(url.user, "ma@n");
    EXPECT_EQ(url.password, "p:w/%");
    EXPECT_EQ(url.host, "db.example");
    EXPECT_EQ(url.port, 5433);
    EXPECT_EQ(url.name, "my db");
    EXPECT_EQ(url.options.at("sslmode"), "require");
    EXPECT_EQ(url.options.at("application_name"), "x");
}

TEST(DatabaseUrl, PostgresPartsMayBeLeftOut)
{
    const DatabaseUrl url = parsed("postgresql://matinee@localhost/matinee");
    EXPECT_EQ(url.port, 5432);
    EXPECT_EQ(url.password, "");
    EXPECT_EQ(parsed("postgres://m@[::1]:6000/d").host, "::1");
    EXPECT_EQ(parsed("postgres://m@[::1]:6000/d").port, 6000);
    EXPECT_EQ(parsed("postgres://m@[::1]/d").port, 5432);
    EXPECT_EQ(parsed("postgres://m@/d?host=/run/postgresql").host, "/run/postgresql");
}

TEST(DatabaseUrl, WhatIsMissingInPostgresIsNamed)
{
    EXPECT_NE(refusal("postgres:db").find("postgres://"), std::string::npos);
    EXPECT_NE(refusal("postgres://u:p@h").find("name a database"), std::string::npos);
    EXPECT_NE(refusal("postgres://u:p@h/").find("name a database"), std::string::npos);
    EXPECT_NE(refusal("postgres://h/d").find("no database user"), std::string::npos);
    EXPECT_NE(refusal("postgres://u@/d").find("no host"), std::string::npos);
    EXPECT_NE(refusal("postgres://u@a,b/d").find("several hosts"), std::string::npos);
    EXPECT_NE(refusal("postgres://u@[::1/d").find("]"), std::string::npos);
    for (const char *port : {"0", "65536", "99999999999", "x", "-1", "1x", " 1"})
        EXPECT_NE(refusal(std::string("postgres://u@h:") + port + "/d").find("1 to 65535"), std::string::npos) << port;
    EXPECT_NE(refusal("postgres://u@h:/d").find("empty"), std::string::npos);
}

TEST(DatabaseUrl, UnknownAndBadOptionsNameTheKnownOnes)
{
    EXPECT_NE(refusal("postgres://u@h/d?sslmod=require").find("sslmode"), std::string::npos);
    EXPECT_NE(refusal("postgres://u@h/d?sslmode=yes").find("verify-full"), std::string::npos);
    EXPECT_NE(refusal("postgres://u@h/d?sslmode").find("sslmode"), std::string::npos);
    EXPECT_NE(refusal("postgres://u@h/d?sslmode=require&sslmode=disable").find("twice"), std::string::npos);
    EXPECT_NE(refusal("postgres://u@h/d?host=/run/x").find("twice"), std::string::npos);
    EXPECT_NE(refusal("postgres://u@h/d?sslcert=a%3Bb").find("sslcert"), std::string::npos);
}

TEST(DatabaseUrl, NoSentenceAndNoDescriptionTellsThePassword)
{
    // Each of these puts the password, not encoded, where another part is expected.
    for (const char *text : {"postgres://u:se/cret@h/d", "postgres://u:se%zzcret@h/d", "postgres://u:se?cret@h/d",
                             "postgres://u:se#cret@h/d", "postgres://u:se@cret@h/d", "postgres://u:1/secret", "postgres://u:secret@h",
                             "postgres://u:se[cret@h:x/d", "mysql://u:secret@h/d", "se:cret"}) {
        const std::string sentence = refusal(text);
        EXPECT_EQ(sentence.find("cret"), std::string::npos) << sentence;
        EXPECT_EQ(sentence.find("se%"), std::string::npos) << sentence;
    }
    EXPECT_EQ(parsed("postgres://u:secret@h/d").describe(), "PostgreSQL h:5432/d as u");
    EXPECT_EQ(parsed("postgres://u:secret@[::1]/d").describe(), "PostgreSQL [::1]:5432/d as u");
    EXPECT_EQ(parsed("sqlite:/a/b").describe(), "SQLite /a/b");
}

TEST(DatabaseUrl, EveryTruncationGivesAnAnswer)
{
    const std::string whole = "postgres://ma%40n:p%3Aw%2F%25@[::1]:5433/my%20db?sslmode=require&application_name=x";
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const auto url = parseDatabaseUrl(std::string_view(whole).substr(0, length));
        EXPECT_TRUE(url.has_value() || !url.error().message.empty());
    }
    refusal(std::string(5000, 'x'));
    refusal("");
}

} // namespace
} // namespace matinee::store
