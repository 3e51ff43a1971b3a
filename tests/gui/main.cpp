// Runs the console's tests without a display, unless one is asked for by QT_QPA_PLATFORM.
#include <QApplication>
#include <gtest/gtest.h>

int main(int argc, char **argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("Matinee"));
    QCoreApplication::setApplicationName(QStringLiteral("matinee-gui-test"));
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
