package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Bars, as SVG: the throughput of each peer beside the code by hand, for each work. */
final class Chart {

    private static final int LEFT = 170;
    private static final int WIDTH = 820;
    private static final int BAR = 11;
    private static final int GAP = 16;
    private static final int TOP = 60;
    private static final List<String> COLOURS =
            List.of("#9e9e9e", "#455a64", "#8d6e63", "#7e57c2", "#26a69a", "#ef6c00", "#5c6bc0", "#81c784", "#2e7d32");

    private Chart() {}

    static String of(Case group, Map<Case, SideBySide> cases, List<String> all) {
        List<String> peers =
                all.stream().filter(peer -> Peers.takes(peer, group.route())).toList();
        double most = 1;
        for (SideBySide run : cases.values()) {
            for (String peer : peers) {
                if (!run.has(peer)) {
                    continue;
                }
                most = Math.max(
                        most, run.ratio(Peers.BY_HAND, peer, Reading::nanos).median());
            }
        }
        double scale = (WIDTH - LEFT - 70) / most;
        int height = TOP + cases.size() * (peers.size() * BAR + GAP) + 30;
        StringBuilder svg = new StringBuilder();
        add(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">",
                WIDTH,
                height);
        add(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
        add(
                svg,
                "<text x=\"10\" y=\"20\" font-size=\"14\">Throughput beside pgjdbc by hand: %s, %d ms of network, %d thread(s)</text>",
                group.route(),
                group.roundTrip(),
                group.threads());
        int x = LEFT;
        for (int i = 0; i < peers.size(); i++) {
            add(
                    svg,
                    "<rect x=\"%d\" y=\"32\" width=\"9\" height=\"9\" fill=\"%s\"/>",
                    x,
                    colour(all.indexOf(peers.get(i))));
            add(svg, "<text x=\"%d\" y=\"41\">%s</text>", x + 12, peers.get(i));
            x += 24 + 6 * peers.get(i).length();
        }
        int y = TOP;
        for (Map.Entry<Case, SideBySide> one : cases.entrySet()) {
            add(
                    svg,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
                    LEFT - 8,
                    y + peers.size() * BAR / 2 + 4,
                    one.getKey().workload().title());
            for (int i = 0; i < peers.size(); i++) {
                if (!one.getValue().has(peers.get(i))) {
                    y += BAR;
                    continue;
                }
                Spread ratio = one.getValue().ratio(Peers.BY_HAND, peers.get(i), Reading::nanos);
                double width = ratio.median() * scale;
                add(
                        svg,
                        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                        LEFT,
                        y,
                        width,
                        BAR - 2,
                        colour(all.indexOf(peers.get(i))));
                add(
                        svg,
                        "<text x=\"%.1f\" y=\"%d\" font-size=\"9\">%.2f</text>",
                        LEFT + width + 4,
                        y + BAR - 3,
                        ratio.median());
                y += BAR;
            }
            y += GAP;
        }
        add(
                svg,
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"black\" stroke-dasharray=\"3 3\"/>",
                LEFT + scale,
                TOP - 6,
                LEFT + scale,
                height - 24);
        return svg.append("</svg>\n").toString();
    }

    private static String colour(int index) {
        return COLOURS.get(index % COLOURS.size());
    }

    private static void add(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
