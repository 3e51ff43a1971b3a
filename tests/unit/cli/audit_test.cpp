#include "terminal.h"

#include "matinee/v1/audit.pb.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace matinee {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

v1::AuditEntry entryAt(std::int64_t place)
{
    v1::AuditEntry entry;
    entry.set_id(place);
    entry.set_actor("user alice (u1)");
    entry.set_action("streams.create");
    entry.set_target("film");
    entry.set_before(R"({"role":"user"})");
    entry.set_after(R"({"role":"admin"})");
    entry.mutable_at()->set_seconds(1767323045);
    return entry;
}

} // namespace

class AuditCommands : public testing::Test, public test::Terminal
{
protected:
    void SetUp() override
    {
        std::filesystem::create_directories(dataDir());
        openOffline = [this](const settings::Snapshot &, const std::string &) -> Result<std::unique_ptr<app::OfflineCalls>> {
            return std::unique_ptr<app::OfflineCalls>(
                std::make_unique<test::StandIn>([this](std::string_view method, const std::string &body) { return answer(method, body); }));
        };
    }
    /// A log of three entries.
    Result<std::string> answer(std::string_view method, const std::string &body)
    {
        if (method == "matinee.v1.AuditService/VerifyAudit") {
            v1::VerifyAuditRequest request;
            EXPECT_TRUE(request.ParseFromString(body));
            verifications.push_back(request.anchor() + "|" + request.continue_token());
            v1::VerifyAuditResponse response = verdict;
            if (request.continue_token().empty()) {
                response.Clear();
                response.set_state("more");
                response.set_checked(2);
                response.set_continue_token("2:x");
            }
            return response.SerializeAsString();
        }
        EXPECT_EQ(method, "matinee.v1.AuditService/ListAudit");
        v1::ListAuditRequest request;
        EXPECT_TRUE(request.ParseFromString(body));
        asked = request;
        const std::int64_t from = request.page_token().empty() ? 1 : std::stoll(request.page_token());
        v1::ListAuditResponse page;
        *page.add_entries() = entryAt(from);
        if (from < 3)
            page.set_next_page_token(std::to_string(from + 1));
        return page.SerializeAsString();
    }
    v1::ListAuditRequest asked;
    v1::VerifyAuditResponse verdict;
    std::vector<std::string> verifications;
};

TEST_F(AuditCommands, ListShowsWhoDidWhatAndWhatChanged)
{
    const auto outcome = run({"audit", "list", "--actor", "alice", "--since", "2026-01-01T00:00:00Z", "--count", "2"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(asked.actor(), "alice");
    EXPECT_EQ(asked.since(), "2026-01-01T00:00:00Z");
    EXPECT_EQ(asked.page_size(), 1U); // of two, one was there
    EXPECT_THAT(outcome.out, HasSubstr("user alice (u1)"));
    EXPECT_THAT(outcome.out, HasSubstr(R"({"role":"user"} -> {"role":"admin"})"));
    EXPECT_EQ(boost::json::parse(run({"audit", "list", "--output", "json"}).out).at("entries").as_array().size(), 3U);
    EXPECT_EQ(run({"audit", "list", "--count", "0"}).exitCode, 2);
    EXPECT_EQ(run({"audit"}).exitCode, 2);
}

TEST_F(AuditCommands, ExportWritesOneObjectALineOldestFirst)
{
    const auto outcome = run({"audit", "export", "--action", "streams"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_TRUE(asked.oldest_first());
    EXPECT_EQ(asked.action(), "streams");
    std::istringstream lines(outcome.out);
    std::vector<std::string> ids;
    for (std::string line; std::getline(lines, line);)
        ids.emplace_back(boost::json::parse(line).at("id").as_string().c_str());
    EXPECT_THAT(ids, ElementsAre("1", "2", "3"));
}

TEST_F(AuditCommands, VerifyAsksUntilTheEndAndPrintsTheAnchor)
{
    verdict.set_state("whole");
    verdict.set_checked(1);
    verdict.set_anchor("3:abc");
    verdict.set_removed_through(7);
    const auto outcome = run({"audit", "verify", "--anchor", "1:f"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_THAT(verifications, ElementsAre("1:f|", "1:f|2:x"));
    EXPECT_THAT(outcome.out, HasSubstr("whole: 3 entries"));
    EXPECT_THAT(outcome.out, HasSubstr("  3:abc\n"));
    EXPECT_THAT(outcome.out, HasSubstr("up to 7"));
    EXPECT_EQ(boost::json::parse(run({"audit", "verify", "--output", "json"}).out).at("checked"), 3);
}

TEST_F(AuditCommands, VerifyFailsForALogThatIsNotWhole)
{
    verdict.set_state("broken");
    verdict.set_sentence("Entry 3 was removed.");
    const auto outcome = run({"audit", "verify"});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_THAT(outcome.out, HasSubstr("not whole. Entry 3 was removed."));
}

} // namespace matinee
