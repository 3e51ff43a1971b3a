#include "pages/main_window.h"

#include "pages/sign_in_page.h"
#include "pages/stream_detail.h"
#include "pages/stream_dialogs.h"
#include "pages/streams_page.h"
#include "widgets/banner.h"
#include "widgets/copy_field.h"
#include "widgets/empty_state.h"

#include "fake_server.h"
#include "gui_test.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <gtest/gtest.h>

namespace matinee::gui {
namespace {

using namespace test;

const ConnectionTiming kQuick{.callWithin = 2000ms, .connectWithin = 2000ms, .pingEach = 1000ms, .firstRetry = 20ms, .lastRetry = 80ms};

class MainWindowTest : public testing::Test
{
protected:
    MainWindowTest() { EXPECT_TRUE(server.listen()); }

    MainWindow &show()
    {
        window = std::make_unique<MainWindow>(stored.settings, keys, kQuick);
        window->show();
        return *window;
    }
    bool signIn()
    {
        show().start(server.address(), QStringLiteral("good-key"));
        return waitFor([this] { return window->connection().state() == Connection::State::Online && page<StreamsPage>(); });
    }
    template <class Widget> Widget *page() { return window->findChild<Widget *>(); }
    template <class Widget> Widget *named(const char *name) { return window->findChild<Widget *>(QString::fromLatin1(name)); }
    /// The dialog that is open, once it is.
    template <class Dialog> Dialog *dialog()
    {
        Dialog *found = nullptr;
        waitFor([&] {
            found = window->findChild<Dialog *>();
            return found && found->isVisible();
        });
        return found;
    }
    bool lists(int rows)
    {
        return waitFor([&] { return window->streamsPage().table()->model()->rowCount() == rows; });
    }

    FakeServer server;
    TemporarySettings stored;
    MemoryKeyStore keys;
    std::unique_ptr<MainWindow> window;
};

TEST_F(MainWindowTest, SignsInByTheFormAndRemembersTheServerAndItsKey)
{
    show();
    named<QComboBox>("address")->setEditText(server.address());
    QTest::keyClicks(named<QLineEdit>("apiKey"), QStringLiteral("good-key"));
    QTest::keyClick(named<QLineEdit>("apiKey"), Qt::Key_Return);
    ASSERT_TRUE(waitFor([&] { return window->connection().state() == Connection::State::Online; }));
    EXPECT_FALSE(page<SignInPage>()->isVisible());
    EXPECT_EQ(keys.keys.value(server.address()).toStdString(), "good-key");
    window.reset();
    for (const auto &key : stored.settings.allKeys())
        EXPECT_FALSE(stored.settings.value(key).toString().contains(QStringLiteral("good-key"))) << key.toStdString();

    show();
    EXPECT_EQ(named<QComboBox>("address")->currentText(), server.address());
    EXPECT_TRUE(waitFor([&] { return named<QLineEdit>("apiKey")->text() == QStringLiteral("good-key"); }));
}

TEST_F(MainWindowTest, WorksWithoutAKeychainAndSaysSo)
{
    keys.available = false;
    ASSERT_TRUE(signIn());
    EXPECT_TRUE(keys.keys.isEmpty());
}

TEST_F(MainWindowTest, ShowsAWrongKeyAndAWrongAddressInTheForm)
{
    show();
    named<QComboBox>("address")->setEditText(QStringLiteral("rtmp://example.org/live"));
    named<QLineEdit>("apiKey")->setText(QStringLiteral("x"));
    named<QPushButton>("signIn")->click();
    auto *banner = page<SignInPage>()->findChild<Banner *>();
    EXPECT_TRUE(banner->text().contains(QStringLiteral("http://example.org:8080")));
    named<QComboBox>("address")->setEditText(server.address());
    named<QPushButton>("signIn")->click();
    ASSERT_TRUE(waitFor([&] { return banner->text().contains(QStringLiteral("does not know this API key")); }));
    EXPECT_TRUE(named<QPushButton>("signIn")->isEnabled());
    EXPECT_TRUE(keys.keys.isEmpty());
}

TEST_F(MainWindowTest, SaysWhatToDoWhereThereIsNothing)
{
    ASSERT_TRUE(signIn());
    window->showPage(MainWindow::Streams);
    auto *empty = page<EmptyState>();
    ASSERT_TRUE(waitFor([&] { return empty->title() == QStringLiteral("No streams yet"); }));
    EXPECT_TRUE(empty->isVisible());
    server.stream("cinema");
    server.publishStreams();
    ASSERT_TRUE(lists(1));
    EXPECT_FALSE(empty->isVisible());
    named<QLineEdit>("filter")->setText(QStringLiteral("zzz"));
    EXPECT_TRUE(empty->isVisible());
    EXPECT_EQ(empty->title().toStdString(), "Nothing matches");
}

TEST_F(MainWindowTest, OffersOnlyWhatTheKeyAllows)
{
    server.permissions = {"read_server", "read_streams"};
    server.goLive("cinema", 1000, 0);
    ASSERT_TRUE(signIn());
    ASSERT_TRUE(lists(1));
    window->showPage(MainWindow::Streams);
    window->streamsPage().select(QStringLiteral("cinema"));
    EXPECT_FALSE(named<QAction>("kick")->isEnabled());
    EXPECT_FALSE(named<QPushButton>("newStream")->isEnabled());
    window.reset();
    server.permissions = {"read_server"};
    ASSERT_TRUE(signIn());
    window->showPage(MainWindow::Streams);
    EXPECT_TRUE(waitFor([&] { return page<EmptyState>()->title() == QStringLiteral("Not for this key"); }));
}

TEST_F(MainWindowTest, KicksTheSelectedStreamOnlyAfterAsking)
{
    server.goLive("movie-night", 4000, 2);
    server.stream("idle-one");
    ASSERT_TRUE(signIn());
    ASSERT_TRUE(lists(2));
    window->showPage(MainWindow::Streams);
    auto *kick = named<QAction>("kick");
    EXPECT_FALSE(kick->isEnabled());
    window->streamsPage().select(QStringLiteral("idle-one"));
    EXPECT_FALSE(kick->isEnabled()) << "nobody publishes it";
    window->streamsPage().select(QStringLiteral("movie-night"));
    ASSERT_TRUE(kick->isEnabled());

    kick->trigger();
    auto *confirm = dialog<KickDialog>();
    ASSERT_TRUE(confirm);
    QTest::keyClick(confirm, Qt::Key_Return);
    settle();
    for (const auto &call : server.calls)
        EXPECT_NE(call.method(), "matinee.v1.StreamService/KickStream") << "Enter means Cancel";

    kick->trigger();
    confirm = dialog<KickDialog>();
    ASSERT_TRUE(confirm);
    confirm->findChild<QComboBox *>()->setCurrentIndex(1);
    confirm->findChild<QPushButton *>(QStringLiteral("confirmAction"))->click();
    ASSERT_TRUE(waitFor([&] { return window->streams().liveCount() == 0; }));
    v1::KickStreamRequest request;
    request.ParseFromString(server.calls.back().body());
    EXPECT_EQ(request.name(), "movie-night");
    EXPECT_EQ(request.block_seconds(), 60U);
    EXPECT_TRUE(waitFor([&] { return window->streamsPage().banner()->text().contains(QStringLiteral("was disconnected")); }));
    EXPECT_FALSE(kick->isEnabled());
}

TEST_F(MainWindowTest, MakesAStreamAndShowsItsKeyOnce)
{
    server.stream("taken");
    ASSERT_TRUE(signIn());
    window->showPage(MainWindow::Streams);
    named<QPushButton>("newStream")->click();
    auto *create = dialog<CreateStreamDialog>();
    ASSERT_TRUE(create);
    auto *name = create->findChild<QLineEdit *>(QStringLiteral("streamName"));
    auto *button = create->findChild<QPushButton *>(QStringLiteral("create"));
    name->setText(QStringLiteral("Not Allowed"));
    EXPECT_FALSE(button->isEnabled());
    name->setText(QStringLiteral("taken"));
    button->click();
    ASSERT_TRUE(waitFor([&] {
        for (auto *label : create->findChildren<QLabel *>()) {
            if (label->text().contains(QStringLiteral("already")))
                return true;
        }
        return false;
    }));
    name->setText(QStringLiteral("movie-night"));
    button->click();
    auto *key = dialog<StreamKeyDialog>();
    ASSERT_TRUE(key);
    auto *field = key->findChild<CopyField *>(QStringLiteral("key"));
    EXPECT_TRUE(field->text().startsWith(QStringLiteral("sk-")));
    field->copy();
    EXPECT_EQ(QApplication::clipboard()->text(), field->text());
    EXPECT_TRUE(lists(2));
}

TEST_F(MainWindowTest, ReplacesAKeyAndDeletesAStreamAfterAsking)
{
    server.stream("cinema");
    ASSERT_TRUE(signIn());
    ASSERT_TRUE(lists(1));
    window->showPage(MainWindow::Streams);
    window->streamsPage().select(QStringLiteral("cinema"));
    const auto actions = window->streamsPage().actionsForMenu();
    actions[2]->trigger();
    dialog<ConfirmDialog>()->findChild<QPushButton *>(QStringLiteral("confirmAction"))->click();
    auto *key = dialog<StreamKeyDialog>();
    ASSERT_TRUE(key);
    key->accept();
    settle();
    actions[4]->trigger();
    dialog<ConfirmDialog>()->findChild<QPushButton *>(QStringLiteral("confirmAction"))->click();
    EXPECT_TRUE(lists(0));
}

TEST_F(MainWindowTest, ShowsAFailureInLineAndGoesOn)
{
    server.goLive("cinema", 1000, 0);
    ASSERT_TRUE(signIn());
    ASSERT_TRUE(lists(1));
    window->showPage(MainWindow::Streams);
    window->streamsPage().select(QStringLiteral("cinema"));
    server.failCalls = "permission_denied";
    named<QAction>("kick")->trigger();
    dialog<KickDialog>()->findChild<QPushButton *>(QStringLiteral("confirmAction"))->click();
    ASSERT_TRUE(waitFor([&] { return window->streamsPage().banner()->text().contains(QStringLiteral("does not allow it")); }));
    EXPECT_EQ(window->streams().liveCount(), 1);
}

TEST_F(MainWindowTest, ShowsDetailsThatFollowTheStreamAndCloseWithIt)
{
    server.goLive("cinema", 1000, 5);
    ASSERT_TRUE(signIn());
    ASSERT_TRUE(lists(1));
    window->showPage(MainWindow::Streams);
    window->streamsPage().select(QStringLiteral("cinema"));
    Q_EMIT window->streamsPage().table()->activated(window->streamsPage().table()->currentIndex());
    auto *detail = page<StreamDetail>();
    ASSERT_TRUE(detail->isVisible());
    EXPECT_EQ(detail->stream().toStdString(), "cinema");
    server.remove("cinema");
    server.stream("other");
    server.publishStreams();
    EXPECT_TRUE(waitFor([&] { return !detail->isVisible(); }));
}

TEST_F(MainWindowTest, TreatsWhatAPublisherSendsAsText)
{
    server.goLive("cinema", 1000, 0).mutable_live()->set_encoder("<img src='http://evil.example/x'><b>bold</b>");
    ASSERT_TRUE(signIn());
    ASSERT_TRUE(lists(1));
    window->showPage(MainWindow::Streams);
    window->streamsPage().select(QStringLiteral("cinema"));
    window->streamsPage().showDetails(true);
    bool found = false;
    for (auto *label : page<StreamDetail>()->findChildren<QLabel *>()) {
        EXPECT_FALSE(label->text().contains(QStringLiteral("<img")));
        found = found || label->text().contains(QStringLiteral("&lt;img"));
    }
    EXPECT_TRUE(found);
}

TEST_F(MainWindowTest, KeepsTheListWhileTheServerIsAwayAndComesBackWithIt)
{
    server.goLive("cinema", 1000, 0);
    ASSERT_TRUE(signIn());
    ASSERT_TRUE(lists(1));
    window->showPage(MainWindow::Streams);
    window->streamsPage().select(QStringLiteral("cinema"));
    server.stop();
    ASSERT_TRUE(waitFor([&] { return window->connection().isComingBack(); }));
    EXPECT_TRUE(window->streamsPage().banner()->text().contains(QStringLiteral("connection is lost")));
    EXPECT_EQ(window->streamsPage().table()->model()->rowCount(), 1);
    EXPECT_FALSE(named<QAction>("kick")->isEnabled());
    server.stream("new-one");
    ASSERT_TRUE(server.listen());
    ASSERT_TRUE(waitFor([&] { return window->connection().state() == Connection::State::Online; }));
    EXPECT_TRUE(lists(2));
    EXPECT_TRUE(window->streamsPage().banner()->text().isEmpty());
    EXPECT_EQ(window->streamsPage().selected().toStdString(), "cinema");
}

TEST_F(MainWindowTest, AsksAboutACertificateInTheFormAndGoesOnWhenItIsTrusted)
{
    FakeServer secure(true);
    ASSERT_TRUE(secure.listen());
    show().start(QStringLiteral("https://") + secure.address(), QStringLiteral("good-key"));
    auto *once = named<QPushButton>("trustOnce");
    ASSERT_TRUE(waitFor([&] { return once->isVisible(); }));
    once->click();
    EXPECT_TRUE(waitFor([&] { return window->connection().state() == Connection::State::Online; }));
}

TEST_F(MainWindowTest, HasANameForEveryControlAndAShortcutForEveryAction)
{
    server.goLive("cinema", 1000, 0);
    ASSERT_TRUE(signIn());
    for (auto *action : window->streamsPage().actionsForMenu())
        EXPECT_FALSE(action->shortcut().isEmpty()) << action->text().toStdString();
    for (auto *button : window->findChildren<QAbstractButton *>()) {
        if (button->objectName().startsWith(QStringLiteral("qt_")) || qobject_cast<QLineEdit *>(button->parent()) ||
            qobject_cast<QTableView *>(button->parent()) || button->isHidden())
            continue;
        EXPECT_FALSE(button->text().isEmpty() && button->accessibleName().isEmpty())
            << button->metaObject()->className() << " in " << button->parent()->metaObject()->className();
    }
}

} // namespace
} // namespace matinee::gui
