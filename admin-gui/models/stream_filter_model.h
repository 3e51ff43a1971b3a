// The streams as somebody wants to see them: filtered by name, publisher, encoder or format, sorted by raw values, live ones first
// where they are equal. Owned by StreamsPage; GUI thread.
#pragma once

#include <QSortFilterProxyModel>

namespace matinee::gui {

class StreamFilterModel : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit StreamFilterModel(QObject *parent = nullptr);

    /// Every word must occur somewhere in the row.
    void setFilterText(const QString &text);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    QStringList m_words;
};

} // namespace matinee::gui
