// The calls about the audit log with their real handlers on a real database, and what calls leave in it.
#include "api/audit_calls.h"
#include "api/user_calls.h"

#include "accounts/people.h"
#include "store/audit.h"
#include "tests/support/database_test.h"

#include "matinee/v1/accounts.pb.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace matinee::api {

namespace {

using namespace std::chrono_literals;
using test::await;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const auto kNow = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'790'000'000'000));

Caller holderOf(PermissionSet permissions)
{
    Caller caller;
    caller.keyId = "k3y";
    caller.permissions = permissions;
    caller.address = "192.0.2.1";
    return caller;
}

/// Keeps what the dispatcher hands on.
class Kept final : public AuditSink
{
public:
    Task<Result<void>> record(AuditEntry entry) override
    {
        entries.push_back(std::move(entry));
        co_return Result<void>();
    }
    std::vector<AuditEntry> entries;
};

class AuditCallsTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        m_sessions = std::make_unique<accounts::Sessions>(*m_store, std::string(64, 'a'), nullptr);
        m_people = std::make_unique<accounts::People>(*m_store, *m_sessions);
        DispatcherOptions options;
        options.audit = &m_kept;
        options.services = {v1::AuditEntry::descriptor()->file()->FindServiceByName("AuditService"),
                            v1::User::descriptor()->file()->FindServiceByName("UserService")};
        m_dispatcher = std::make_unique<Dispatcher>(options);
        handleAuditCalls(*m_dispatcher, *m_store);
        handleUserCalls(*m_dispatcher, *m_people, [] { return std::string("https://watch.example.org"); });
        const Result<void> sealed = m_dispatcher->seal();
        ASSERT_TRUE(sealed) << sealed.error().message;
    }
    void TearDown() override
    {
        if (m_store)
            m_store->close();
    }
    void fill(int count)
    {
        for (int i = 1; i <= count; ++i) {
            store::AuditEntry entry;
            entry.at = kNow + std::chrono::seconds(i);
            entry.actor = "user alice (u1)";
            entry.action = "streams.create";
            entry.target = "film" + std::to_string(i);
            ASSERT_RESULT(m_store->writeNow<void>([&](store::Transaction &tx) { return store::appendAudit(tx, entry); }));
        }
    }
    template <class Response, class Request>
    Result<Response> call(const std::string &method, const Request &request, const Caller &caller = holderOf(kEveryPermission))
    {
        const auto body = await(m_dispatcher->callBinary("matinee.v1." + method, caller, request.SerializeAsString()));
        if (!body)
            return body.error();
        Response response;
        EXPECT_TRUE(response.ParseFromString(*body));
        return response;
    }
    Result<v1::ListAuditResponse> list(const v1::ListAuditRequest &request)
    {
        return call<v1::ListAuditResponse>("AuditService/ListAudit", request);
    }
    Result<v1::VerifyAuditResponse> verify(const v1::VerifyAuditRequest &request = {})
    {
        return call<v1::VerifyAuditResponse>("AuditService/VerifyAudit", request);
    }

    Kept m_kept;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<accounts::Sessions> m_sessions;
    std::unique_ptr<accounts::People> m_people;
    std::unique_ptr<Dispatcher> m_dispatcher;
};

TEST_P(AuditCallsTest, PagesGoOnWhereTheLastOneEndedInBothDirections)
{
    fill(5);
    for (const bool oldestFirst : {false, true}) {
        v1::ListAuditRequest request;
        request.set_page_size(2);
        request.set_oldest_first(oldestFirst);
        std::vector<std::int64_t> places;
        do {
            const auto page = list(request);
            ASSERT_RESULT(page);
            EXPECT_LE(page->entries_size(), 2);
            for (const v1::AuditEntry &entry : page->entries())
                places.push_back(entry.id());
            request.set_page_token(page->next_page_token());
        } while (!request.page_token().empty());
        if (oldestFirst) {
            EXPECT_THAT(places, ElementsAre(1, 2, 3, 4, 5));
        } else {
            EXPECT_THAT(places, ElementsAre(5, 4, 3, 2, 1));
        }
    }
}

TEST_P(AuditCallsTest, TimesAndTextsFilterAndWhatIsNoneIsRefusedByName)
{
    fill(5);
    v1::ListAuditRequest request;
    request.set_since("2026-09-21T14:13:22Z"); // kNow + 2 s
    request.set_until("2026-09-21T14:13:24Z");
    auto page = list(request);
    ASSERT_RESULT(page);
    ASSERT_EQ(page->entries_size(), 2);
    EXPECT_EQ(page->entries(0).target(), "film3");
    EXPECT_EQ(page->entries(1).target(), "film2");
    request.Clear();
    request.set_target("FILM4");
    page = list(request);
    ASSERT_RESULT(page);
    EXPECT_EQ(page->entries_size(), 1);

    const auto fieldOf = [&](const auto &set) {
        v1::ListAuditRequest wrong;
        set(wrong);
        const auto answer = list(wrong);
        return answer ? std::string("accepted") : answer.error().field;
    };
    EXPECT_EQ(fieldOf([](auto &wrong) { wrong.set_since("yesterday"); }), "since");
    EXPECT_EQ(fieldOf([](auto &wrong) { wrong.set_until(std::string(100, '2')); }), "until");
    EXPECT_EQ(fieldOf([](auto &wrong) { wrong.set_page_size(501); }), "page_size");
    EXPECT_EQ(fieldOf([](auto &wrong) { wrong.set_page_token("x"); }), "page_token");
    EXPECT_EQ(fieldOf([](auto &wrong) { wrong.set_actor(std::string(257, 'a')); }), "actor");
}

TEST_P(AuditCallsTest, AWholeLogGivesAnAnchorThatHoldsLater)
{
    fill(3);
    const auto first = verify();
    ASSERT_RESULT(first);
    EXPECT_EQ(first->state(), "whole");
    EXPECT_EQ(first->checked(), 3U);
    EXPECT_THAT(first->anchor(), testing::StartsWith("3:"));
    fill(2);
    v1::VerifyAuditRequest request;
    request.set_anchor(first->anchor());
    const auto later = verify(request);
    ASSERT_RESULT(later);
    EXPECT_EQ(later->state(), "whole");
    EXPECT_EQ(later->checked(), 5U);

    request.set_anchor("3:" + std::string(64, '0'));
    const auto other = verify(request);
    ASSERT_RESULT(other);
    EXPECT_EQ(other->state(), "broken");
    EXPECT_EQ(other->fault(), "anchor");
    EXPECT_EQ(other->fault_place(), 3);
    EXPECT_THAT(other->sentence(), HasSubstr("written anew"));
    request.set_anchor("3");
    EXPECT_EQ(verify(request).error().field, "anchor");
    request.Clear();
    request.set_continue_token("3;");
    EXPECT_EQ(verify(request).error().field, "continue_token");
}

TEST_P(AuditCallsTest, AVerificationGoesOnBehindItsToken)
{
    fill(4);
    v1::VerifyAuditRequest request;
    const auto all = list({});
    ASSERT_RESULT(all);
    request.set_continue_token("2:" + all->entries(2).hash());
    EXPECT_EQ(verify(request)->checked(), 2U);
    request.set_continue_token("2:" + all->entries(3).hash());
    EXPECT_EQ(verify(request)->fault(), "unlinked");
    request.set_continue_token("9:" + all->entries(3).hash());
    EXPECT_EQ(verify(request)->fault(), "cut");
}

TEST_P(AuditCallsTest, OnlyWhoMayReadTheLogDoes)
{
    for (const PermissionSet permissions : {kPublicOnly, kEveryPermission & ~permissionBit(v1::READ_AUDIT)}) {
        const auto answer = call<v1::ListAuditResponse>("AuditService/ListAudit", v1::ListAuditRequest(), holderOf(permissions));
        ASSERT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error().code, ErrorCode::PermissionDenied);
        EXPECT_THAT(answer.error().message, HasSubstr("read_audit"));
    }
    EXPECT_TRUE(
        call<v1::ListAuditResponse>("AuditService/ListAudit", v1::ListAuditRequest(), holderOf(permissionBit(v1::READ_AUDIT))).has_value());
}

TEST_P(AuditCallsTest, AChangeToAnAccountTellsWhatItWasAndIs)
{
    v1::CreateUserRequest create;
    create.set_name("alice");
    ASSERT_RESULT(call<v1::CreateUserResponse>("UserService/CreateUser", create));
    ASSERT_THAT(m_kept.entries, SizeIs(1));
    EXPECT_THAT(m_kept.entries[0].before, IsEmpty());
    EXPECT_EQ(boost::json::parse(m_kept.entries[0].after).at("role"), "user");
    EXPECT_THAT(m_kept.entries[0].after, testing::Not(HasSubstr("token")));

    v1::SetUserRoleRequest role;
    role.set_user("alice");
    role.set_role("admin");
    ASSERT_RESULT(call<v1::User>("UserService/SetUserRole", role));
    EXPECT_EQ(m_kept.entries.back().subject, "alice");
    EXPECT_EQ(m_kept.entries.back().before, R"({"role":"user"})");
    EXPECT_EQ(m_kept.entries.back().after, R"({"role":"admin"})");

    v1::BanUserRequest ban;
    ban.set_user("alice");
    ban.set_reason("spam");
    ASSERT_RESULT(call<v1::User>("UserService/BanUser", ban));
    EXPECT_EQ(boost::json::parse(m_kept.entries.back().before).at("ban_reason"), "");
    EXPECT_TRUE(boost::json::parse(m_kept.entries.back().before).at("banned_until").is_null());
    EXPECT_EQ(boost::json::parse(m_kept.entries.back().after).at("ban_reason"), "spam");

    // What was not done changed nothing.
    role.set_user("nobody");
    EXPECT_FALSE(call<v1::User>("UserService/SetUserRole", role).has_value());
    EXPECT_EQ(m_kept.entries.back().outcome, "not_found");
    EXPECT_THAT(m_kept.entries.back().before + m_kept.entries.back().after, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Engines, AuditCallsTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace

} // namespace matinee::api
