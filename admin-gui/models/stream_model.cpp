#include "models/stream_model.h"

#include "models/texts.h"

#include <algorithm>

namespace matinee::gui {

StreamModel::StreamModel(QObject *parent) : QAbstractTableModel(parent) {}

void StreamModel::apply(const v1::StreamsEvent &event, const QDateTime &now)
{
    m_now = now;
    QList<StreamRow> next;
    next.reserve(event.streams_size());
    for (const auto &stream : event.streams())
        next.append(StreamRow::from(stream));
    std::sort(next.begin(), next.end(), [](const StreamRow &a, const StreamRow &b) { return a.name < b.name; });
    next.erase(std::unique(next.begin(), next.end(), [](const StreamRow &a, const StreamRow &b) { return a.name == b.name; }), next.end());
    removeMissing(next);

    // Both lists are sorted and m_entries holds no name that `next` lacks, so one walk finds new ones and changes.
    int firstChanged = -1;
    const auto flush = [&](int end) {
        if (firstChanged >= 0)
            Q_EMIT dataChanged(index(firstChanged, 0), index(end - 1, ColumnCount - 1));
        firstChanged = -1;
    };
    for (int i = 0; i < next.size(); ++i) {
        if (i < m_entries.size() && m_entries[i].row.name == next[i].name) {
            Entry &entry = m_entries[i];
            if (!next[i].live && entry.quiet() && entry.row == next[i]) {
                flush(i);
                continue;
            }
            if (next[i].live) {
                if (!entry.row.live)
                    entry.history.clear();
                entry.history.add(next[i].bitrateKbps);
            } else {
                entry.history.clear();
            }
            entry.row = next[i];
            if (firstChanged < 0)
                firstChanged = i;
            continue;
        }
        flush(i);
        int last = i;
        while (last + 1 < next.size() && (i >= m_entries.size() || next[last + 1].name < m_entries[i].row.name))
            ++last;
        beginInsertRows({}, i, last);
        for (int k = i; k <= last; ++k) {
            Entry entry{next[k], SampleHistory()};
            if (entry.row.live)
                entry.history.add(entry.row.bitrateKbps);
            m_entries.insert(k, std::move(entry));
        }
        endInsertRows();
        i = last;
    }
    flush(static_cast<int>(m_entries.size()));
}

void StreamModel::removeMissing(const QList<StreamRow> &next)
{
    const auto kept = [&](const Entry &entry) {
        return std::binary_search(next.begin(), next.end(), entry.row,
                                  [](const StreamRow &a, const StreamRow &b) { return a.name < b.name; });
    };
    for (int end = static_cast<int>(m_entries.size()); end > 0;) {
        if (kept(m_entries[end - 1])) {
            --end;
            continue;
        }
        int begin = end - 1;
        while (begin > 0 && !kept(m_entries[begin - 1]))
            --begin;
        beginRemoveRows({}, begin, end - 1);
        m_entries.remove(begin, end - begin);
        endRemoveRows();
        end = begin;
    }
}

void StreamModel::advance(const QDateTime &now)
{
    m_now = now;
    if (liveCount() > 0)
        Q_EMIT dataChanged(index(0, Uptime), index(static_cast<int>(m_entries.size()) - 1, Uptime), {Qt::DisplayRole, RawRole});
}

void StreamModel::clear()
{
    beginResetModel();
    m_entries.clear();
    endResetModel();
}

const StreamRow *StreamModel::row(int index) const
{
    return index >= 0 && index < m_entries.size() ? &m_entries[index].row : nullptr;
}

int StreamModel::find(const QString &name) const
{
    const auto found =
        std::lower_bound(m_entries.begin(), m_entries.end(), name, [](const Entry &entry, const QString &n) { return entry.row.name < n; });
    return found != m_entries.end() && found->row.name == name ? static_cast<int>(found - m_entries.begin()) : -1;
}

const SampleHistory *StreamModel::history(const QString &name) const
{
    const int at = find(name);
    return at < 0 ? nullptr : &m_entries[at].history;
}

int StreamModel::liveCount() const
{
    return static_cast<int>(std::count_if(m_entries.begin(), m_entries.end(), [](const Entry &entry) { return entry.row.live; }));
}

qint64 StreamModel::totalKbps() const
{
    qint64 total = 0;
    for (const auto &entry : m_entries)
        total += entry.row.bitrateKbps;
    return total;
}

int StreamModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

int StreamModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

qint64 StreamModel::uptimeSeconds(const StreamRow &row) const
{
    // A clock that differs from the server's must not show a time before the start.
    return row.live && row.startedAt.isValid() ? std::max<qint64>(0, row.startedAt.secsTo(m_now)) : 0;
}

QVariant StreamModel::raw(const Entry &entry, int column) const
{
    const StreamRow &row = entry.row;
    switch (column) {
    case Name:
        return row.name;
    case Status:
        return row.live ? 1 : 0;
    case Bitrate:
        return row.bitrateKbps;
    case Viewers:
        return row.viewers;
    case Fps:
        return row.fps;
    case Format:
        return row.video() ? row.video()->width * row.video()->height : 0;
    case Uptime:
        return uptimeSeconds(row);
    case Publisher:
        return row.publisher;
    }
    return {};
}

QString StreamModel::display(const Entry &entry, int column) const
{
    const StreamRow &row = entry.row;
    if (column == Name)
        return row.name;
    if (column == Status)
        return row.live ? tr("Live") : tr("Idle");
    if (!row.live)
        return column == Bitrate || column == Viewers ? texts::nothing() : QString();
    switch (column) {
    case Bitrate:
        return texts::bitrate(row.bitrateKbps);
    case Viewers:
        return texts::count(row.viewers);
    case Fps:
        return row.fps > 0 ? texts::framesPerSecond(row.fps) : texts::nothing();
    case Format:
        return texts::format(row);
    case Uptime:
        return texts::duration(uptimeSeconds(row));
    case Publisher:
        return row.publisher;
    }
    return {};
}

QVariant StreamModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Entry &entry = m_entries[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return display(entry, index.column());
    case RawRole:
        return raw(entry, index.column());
    case LiveRole:
        return entry.row.live;
    case PrivateRole:
        return entry.row.isPrivate;
    case HistoryRole:
        return QVariant::fromValue(entry.history.values());
    case Qt::TextAlignmentRole:
        if (index.column() == Viewers || index.column() == Fps || index.column() == Uptime)
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return QVariant::fromValue(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ToolTipRole:
        if (index.column() == Name && entry.row.isPrivate)
            return tr("%1 is private: only holders of a key can play it.").arg(entry.row.name);
        return {};
    case Qt::AccessibleTextRole:
        return tr("%1: %2").arg(headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(), display(entry, index.column()));
    default:
        return {};
    }
}

QVariant StreamModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section == Viewers || section == Fps || section == Uptime ? QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter)
                                                                         : QVariant::fromValue(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Name");
    case Status:
        return tr("State");
    case Bitrate:
        return tr("Bitrate");
    case Viewers:
        return tr("Viewers");
    case Fps:
        return tr("Frames/s");
    case Format:
        return tr("Format");
    case Uptime:
        return tr("Live for");
    case Publisher:
        return tr("Publisher");
    }
    return {};
}

} // namespace matinee::gui
