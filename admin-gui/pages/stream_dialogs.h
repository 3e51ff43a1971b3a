// The four questions and answers about a stream: make one, show its key, kick its publisher, confirm what cannot be undone.
// Opened by StreamsPage with open(), never exec(): the list below goes on. They ask and show; the calls are the page's.
#pragma once

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace matinee::gui {

/// A title, a sentence, one button that does it and one that does not. Deletes itself.
class ConfirmDialog : public QDialog
{
    Q_OBJECT
public:
    ConfirmDialog(const QString &title, const QString &text, const QString &action, QWidget *parent);

protected:
    /// Between the sentence and the buttons.
    void addToBody(QWidget *widget);

private:
    QVBoxLayout *m_body;
};

class KickDialog : public ConfirmDialog
{
    Q_OBJECT
public:
    KickDialog(const QString &stream, QWidget *parent);
    [[nodiscard]] int blockSeconds() const;

private:
    QComboBox *m_block;
};

class CreateStreamDialog : public QDialog
{
    Q_OBJECT
public:
    explicit CreateStreamDialog(QWidget *parent);

    [[nodiscard]] QString name() const;
    [[nodiscard]] bool isPrivate() const;
    void setBusy(bool busy);
    void showProblem(const QString &sentence);

Q_SIGNALS:
    void createRequested();

private:
    void check();

    QLineEdit *m_name;
    QCheckBox *m_private;
    QLabel *m_hint;
    QPushButton *m_create;
    bool m_busy = false;
};

/// What an encoder needs. The key is on the screen only as long as this is open.
class StreamKeyDialog : public QDialog
{
    Q_OBJECT
public:
    StreamKeyDialog(const QString &stream, const QString &rtmpAddress, const QString &key, bool isNew, QWidget *parent);
};

} // namespace matinee::gui
