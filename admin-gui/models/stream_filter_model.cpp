#include "models/stream_filter_model.h"

#include "models/stream_model.h"

namespace matinee::gui {

StreamFilterModel::StreamFilterModel(QObject *parent) : QSortFilterProxyModel(parent)
{
    setDynamicSortFilter(true);
    setSortRole(StreamModel::RawRole);
}

void StreamFilterModel::setFilterText(const QString &text)
{
    m_words = text.simplified().split(u' ', Qt::SkipEmptyParts);
    invalidateFilter();
}

bool StreamFilterModel::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    if (m_words.isEmpty())
        return true;
    QString text;
    for (const auto column : {StreamModel::Name, StreamModel::Status, StreamModel::Format, StreamModel::Publisher})
        text += sourceModel()->index(row, column, parent).data().toString() + u'\n';
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString &word) { return text.contains(word, Qt::CaseInsensitive); });
}

bool StreamFilterModel::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const QVariant a = left.data(StreamModel::RawRole);
    const QVariant b = right.data(StreamModel::RawRole);
    if (a != b)
        return a.typeId() == QMetaType::QString ? QString::localeAwareCompare(a.toString(), b.toString()) < 0 : a.toDouble() < b.toDouble();
    // The order among equals stays the same from second to second, whichever way the column is sorted.
    const bool byName =
        left.siblingAtColumn(StreamModel::Name).data().toString() < right.siblingAtColumn(StreamModel::Name).data().toString();
    return sortOrder() == Qt::AscendingOrder ? byName : !byName;
}

} // namespace matinee::gui
