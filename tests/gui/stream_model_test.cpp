#include "models/stream_model.h"

#include "models/stream_filter_model.h"
#include "models/texts.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <gtest/gtest.h>

namespace matinee::gui {
namespace {

const QDateTime kNow = QDateTime::fromSecsSinceEpoch(1'800'000'000);

void add(v1::StreamsEvent &event, const std::string &name, int kbps = 0)
{
    auto *stream = event.add_streams();
    stream->set_name(name);
    stream->set_status(kbps > 0 ? "live" : "idle");
    if (kbps == 0)
        return;
    stream->mutable_live()->set_bitrate_kbps(static_cast<std::uint32_t>(kbps));
    stream->mutable_live()->mutable_started_at()->set_seconds(kNow.toSecsSinceEpoch() - 65);
    auto *video = stream->mutable_live()->add_tracks();
    video->set_kind("video");
    video->set_codec("avc1.640028");
    video->set_width(1280);
    video->set_height(720);
}

v1::StreamsEvent listOf(std::initializer_list<std::pair<const char *, int>> streams)
{
    v1::StreamsEvent event;
    for (const auto &[name, kbps] : streams)
        add(event, name, kbps);
    return event;
}

std::string namesOf(const QAbstractItemModel &model)
{
    QStringList names;
    for (int i = 0; i < model.rowCount(); ++i)
        names.append(model.index(i, StreamModel::Name).data().toString());
    return names.join(u',').toStdString();
}

class StreamModelTest : public testing::Test
{
protected:
    StreamModelTest() : tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal) {}

    StreamModel model;
    QAbstractItemModelTester tester;
};

TEST_F(StreamModelTest, HoldsStreamsByNameWhateverTheirOrderOnTheWire)
{
    model.apply(listOf({{"cinema", 0}, {"attic", 2000}, {"backyard", 0}}), kNow);
    EXPECT_EQ(namesOf(model), "attic,backyard,cinema");
    EXPECT_EQ(model.liveCount(), 1);
    EXPECT_EQ(model.totalKbps(), 2000);
    EXPECT_EQ(model.find(QStringLiteral("cinema")), 2);
    EXPECT_EQ(model.find(QStringLiteral("nowhere")), -1);
}

TEST_F(StreamModelTest, InsertsAndRemovesInRangesAndKeepsTheRest)
{
    model.apply(listOf({{"b", 0}, {"f", 0}}), kNow);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    model.apply(listOf({{"a", 0}, {"b", 0}, {"c", 0}, {"d", 0}, {"e", 0}, {"f", 0}, {"g", 0}}), kNow);
    EXPECT_EQ(namesOf(model), "a,b,c,d,e,f,g");
    EXPECT_EQ(inserted.count(), 3) << "a; c to e; g";
    model.apply(listOf({{"b", 0}, {"g", 0}}), kNow);
    EXPECT_EQ(namesOf(model), "b,g");
    EXPECT_EQ(removed.count(), 2) << "c to f; a";
    model.apply({}, kNow);
    EXPECT_EQ(model.rowCount(), 0);
    EXPECT_EQ(reset.count(), 0);
}

TEST_F(StreamModelTest, TellsOfChangesInRangesAndOfNothingWhereNothingChanged)
{
    model.apply(listOf({{"a", 0}, {"b", 100}, {"c", 100}, {"d", 0}, {"e", 100}}), kNow);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.apply(listOf({{"a", 0}, {"b", 200}, {"c", 200}, {"d", 0}, {"e", 200}}), kNow);
    ASSERT_EQ(changed.count(), 2);
    EXPECT_EQ(changed[0][0].toModelIndex().row(), 1);
    EXPECT_EQ(changed[0][1].toModelIndex().row(), 2);
    EXPECT_EQ(changed[1][0].toModelIndex().row(), 4);
    changed.clear();
    model.apply(listOf({{"a", 0}, {"b", 0}, {"c", 0}, {"d", 0}, {"e", 0}}), kNow);
    changed.clear();
    model.apply(listOf({{"a", 0}, {"b", 0}, {"c", 0}, {"d", 0}, {"e", 0}}), kNow);
    EXPECT_EQ(changed.count(), 0);
}

TEST_F(StreamModelTest, KeepsALastMinuteOfBitrateWhileAStreamIsLive)
{
    for (int i = 0; i < 70; ++i)
        model.apply(listOf({{"a", 1000 + i}}), kNow);
    ASSERT_EQ(model.history(QStringLiteral("a"))->values().size(), 60);
    EXPECT_EQ(model.history(QStringLiteral("a"))->last(), 1069);
    model.apply(listOf({{"a", 0}}), kNow);
    EXPECT_TRUE(model.history(QStringLiteral("a"))->isEmpty());
}

TEST_F(StreamModelTest, HasARawAndADisplayValueForEachColumn)
{
    model.apply(listOf({{"a", 4200}}), kNow);
    const auto raw = [&](int column) { return model.index(0, column).data(StreamModel::RawRole); };
    const auto display = [&](int column) { return model.index(0, column).data().toString().toStdString(); };
    EXPECT_EQ(raw(StreamModel::Bitrate).toInt(), 4200);
    EXPECT_EQ(display(StreamModel::Bitrate), "4.2 Mbit/s");
    EXPECT_EQ(raw(StreamModel::Uptime).toInt(), 65);
    EXPECT_EQ(display(StreamModel::Uptime), "1 min 05 s");
    EXPECT_EQ(display(StreamModel::Format), "H.264 1280×720");
    EXPECT_EQ(display(StreamModel::Status), "Live");
    model.advance(kNow.addSecs(10));
    EXPECT_EQ(raw(StreamModel::Uptime).toInt(), 75);
    model.advance(kNow.addSecs(-1000));
    EXPECT_EQ(raw(StreamModel::Uptime).toInt(), 0) << "a clock behind that of the server";
}

TEST_F(StreamModelTest, IsSortedByRawValuesAndFilteredByWords)
{
    model.apply(listOf({{"a", 900}, {"b", 10'000}, {"c", 0}, {"movie-night", 5000}}), kNow);
    StreamFilterModel filter;
    QAbstractItemModelTester filterTester(&filter, QAbstractItemModelTester::FailureReportingMode::Fatal);
    filter.setSourceModel(&model);
    filter.sort(StreamModel::Bitrate, Qt::DescendingOrder);
    EXPECT_EQ(namesOf(filter), "b,movie-night,a,c");
    filter.setFilterText(QStringLiteral("  NIGHT  h.264 "));
    EXPECT_EQ(namesOf(filter), "movie-night");
    filter.setFilterText(QStringLiteral("idle"));
    EXPECT_EQ(namesOf(filter), "c");
    filter.setFilterText(QStringLiteral("nothing such"));
    EXPECT_EQ(filter.rowCount(), 0);
}

TEST_F(StreamModelTest, TakesThousandsOfStreamsWithoutAReset)
{
    v1::StreamsEvent many;
    for (int i = 0; i < 5000; ++i)
        add(many, "stream-" + std::to_string(i), 1000 + i);
    model.apply(many, kNow);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.apply(many, kNow);
    EXPECT_EQ(model.rowCount(), 5000);
    EXPECT_EQ(changed.count(), 1);
}

TEST(Texts, AreShortAndExact)
{
    EXPECT_EQ(texts::bitrate(840).toStdString(), "840 kbit/s");
    EXPECT_EQ(texts::bitrate(42'300).toStdString(), "42 Mbit/s");
    EXPECT_EQ(texts::bitrate(9960).toStdString(), "10 Mbit/s");
    EXPECT_EQ(texts::duration(59).toStdString(), "59 s");
    EXPECT_EQ(texts::duration(3600 + 300).toStdString(), "1 h 05 min");
    EXPECT_EQ(texts::duration(93'784).toStdString(), "1 d 2 h");
    EXPECT_EQ(texts::framesPerSecond(29.97).toStdString(), "30");
    EXPECT_EQ(texts::framesPerSecond(23.9).toStdString(), "23.9");
    EXPECT_EQ(texts::codecName(QStringLiteral("hvc1.1.6.L93")).toStdString(), "H.265");
    EXPECT_EQ(texts::codecName(QStringLiteral("x-unknown")).toStdString(), "x-unknown");
}

} // namespace
} // namespace matinee::gui
