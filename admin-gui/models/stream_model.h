// All streams of the server as a table. Fed with the whole list each time; tells views only what differs, in ranges.
// Owned by MainWindow; GUI thread. Holds data: painting is for delegates, asking for pages.
#pragma once

#include "models/stream_row.h"

#include <QAbstractTableModel>

namespace matinee::gui {

class StreamModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Name,
        Status,
        Bitrate,
        Viewers,
        Fps,
        Format,
        Uptime,
        Publisher,
        ColumnCount
    };
    Q_ENUM(Column)

    /// Qt::DisplayRole is for people, RawRole is for sorting and tests, the others are for delegates.
    enum Role
    {
        RawRole = Qt::UserRole,
        LiveRole,
        PrivateRole,
        HistoryRole, ///< QList<double>, kbit/s, oldest first
    };

    explicit StreamModel(QObject *parent = nullptr);

    /// The whole list, in any order. `now` is the time of the arrival, for how long a stream has been live.
    void apply(const v1::StreamsEvent &event, const QDateTime &now);
    /// Time goes on without news: the Uptime column only.
    void advance(const QDateTime &now);
    void clear();

    [[nodiscard]] const StreamRow *row(int index) const;
    [[nodiscard]] int find(const QString &name) const; ///< -1 where there is none.
    [[nodiscard]] const SampleHistory *history(const QString &name) const;
    [[nodiscard]] int liveCount() const;
    [[nodiscard]] qint64 totalKbps() const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Entry
    {
        StreamRow row;
        SampleHistory history;
        [[nodiscard]] bool quiet() const { return !row.live && history.isEmpty(); }
    };

    void removeMissing(const QList<StreamRow> &next);
    [[nodiscard]] QVariant raw(const Entry &entry, int column) const;
    [[nodiscard]] QString display(const Entry &entry, int column) const;
    [[nodiscard]] qint64 uptimeSeconds(const StreamRow &row) const;

    QList<Entry> m_entries; // by name
    QDateTime m_now;
};

} // namespace matinee::gui
