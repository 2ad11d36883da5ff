#include <QTest>
#include <cmath>

#include "ui/theme/icons.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

using namespace zipage;
using namespace zipage::ui;

namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

constexpr Matrix kNormal = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
// Machado, Oliveira and Fernandes, 2009, severity 1, for linear RGB.
constexpr Matrix kProtanopia = {
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix kDeuteranopia = {
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix kTritanopia = {
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};

Triple times(const Matrix& matrix, const Triple& vector) {
  Triple result{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) result[row] += matrix[row][column] * vector[column];
  }
  return result;
}

Triple linear(const QColor& color) {
  const auto channel = [](double value) {
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return {channel(color.redF()), channel(color.greenF()), channel(color.blueF())};
}

Triple oklab(Triple rgb) {
  for (double& channel : rgb) channel = std::clamp(channel, 0.0, 1.0);
  Triple lms = times({{{0.4122214708, 0.5363325363, 0.0514459929},
                       {0.2119034982, 0.6806995451, 0.1073969566},
                       {0.0883024619, 0.2817188376, 0.6299787005}}},
                     rgb);
  for (double& channel : lms) channel = std::cbrt(channel);
  return times({{{0.2104542553, 0.7936177850, -0.0040720468},
                 {1.9779984951, -2.4285922050, 0.4505937099},
                 {0.0259040371, 0.7827717662, -0.8086757660}}},
               lms);
}

double distance(const QColor& first, const QColor& second, const Matrix& eye) {
  const Triple a = oklab(times(eye, linear(first)));
  const Triple b = oklab(times(eye, linear(second)));
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

QPalette systemPalette(const QColor& window, const QColor& highlight) {
  QPalette palette;
  palette.setColor(QPalette::Window, window);
  palette.setColor(QPalette::Highlight, highlight);
  return palette;
}

}  // namespace

class TestTheme : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void followsTheLightnessOfTheSystem() {
    QVERIFY(!themeFor(ColorScheme::System, systemPalette(Qt::white, Qt::blue)).isDark);
    QVERIFY(themeFor(ColorScheme::System, systemPalette(Qt::black, Qt::blue)).isDark);
    QVERIFY(themeFor(ColorScheme::Dark, systemPalette(Qt::white, Qt::blue)).isDark);
  }

  void takesTheAccentOfTheSystem() {
    QCOMPARE(themeFor(ColorScheme::System, systemPalette(Qt::white, QColor(200, 40, 40))).accent,
             QColor(200, 40, 40));
  }

  void textIsReadableOnEverySurface_data() {
    QTest::addColumn<bool>("dark");
    QTest::addColumn<QColor>("accent");
    for (const QColor& accent :
         {QColor(47, 111, 208), QColor(255, 220, 0), QColor(20, 20, 120), QColor(220, 60, 120)}) {
      QTest::addRow("light %s", qPrintable(accent.name())) << false << accent;
      QTest::addRow("dark %s", qPrintable(accent.name())) << true << accent;
    }
  }

  void textIsReadableOnEverySurface() {
    QFETCH(bool, dark);
    QFETCH(QColor, accent);
    const Theme theme = dark ? darkTheme(accent) : lightTheme(accent);
    for (const QColor& surface : {theme.page, theme.panel, theme.raised, theme.hover}) {
      QVERIFY(contrastRatio(theme.text, surface) >= 4.5);
      QVERIFY(contrastRatio(theme.mutedText, surface) >= 4.5);
    }
    QVERIFY(contrastRatio(theme.accentOnPage, theme.page) >= 4.5);
    QVERIFY(contrastRatio(theme.accentOnPanel, theme.panel) >= 4.5);
    QVERIFY(contrastRatio(theme.danger, theme.dangerWash) >= 4.5);
    QVERIFY(contrastRatio(theme.text, theme.selection) >= 4.5);
    QVERIFY(contrastRatio(theme.onAccent, theme.accent) >= 4.5);
  }

  void contrastOfBlackOnWhiteIs21() { QVERIFY(std::abs(contrastRatio(Qt::black, Qt::white) - 21.0) < 0.01); }

  void ownersStandOutFromThePanel() {
    for (const bool dark : {false, true}) {
      const Theme theme = dark ? darkTheme(Qt::blue) : lightTheme(Qt::blue);
      for (const QColor& color : ownerColorSet(dark)) QVERIFY(contrastRatio(color, theme.panel) >= 3.0);
    }
  }

  void ownersStayApartForColourBlindEyes() {
    for (const bool dark : {false, true}) {
      const OwnerColorSet& set = ownerColorSet(dark);
      for (std::size_t i = 0; i < set.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          for (const Matrix& eye : {kNormal, kProtanopia, kDeuteranopia, kTritanopia}) {
            QVERIFY2(distance(set[i], set[j], eye) >= 0.07, qPrintable(set[i].name() + " " + set[j].name()));
          }
        }
      }
    }
  }

  void anOwnerKeepsItsColour() {
    OwnerColors colors;
    const int first = colors.indexOf(OwnerId{7});
    for (std::uint64_t owner = 100; owner < 140; ++owner) colors.indexOf(OwnerId{owner});
    QCOMPARE(colors.indexOf(OwnerId{7}), first);
  }

  void twelveOwnersHaveTwelveColours() {
    OwnerColors colors;
    QSet<int> indexes;
    for (std::uint64_t owner = 1; owner <= 12; ++owner) indexes.insert(colors.indexOf(OwnerId{owner * 12}));
    QCOMPARE(indexes.size(), 12);
  }

  void iconsTakeTheColourAskedFor() {
    const QImage image = lineIcon(QStringLiteral("plus"), Qt::red).pixmap(20, 20).toImage();
    int drawn = 0;
    for (int y = 0; y < image.height(); ++y) {
      for (int x = 0; x < image.width(); ++x) {
        const QColor pixel = image.pixelColor(x, y);
        if (pixel.alpha() > 0) QVERIFY(pixel.red() > 200 && pixel.green() < 40 && pixel.blue() < 40);
        drawn += pixel.alpha() > 128;
      }
    }
    QVERIFY(drawn > 8);
  }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
