package org.climaterescue.cli;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.climaterescue.mock.load.CallKind;
import org.climaterescue.mock.load.FleetOutcome;
import org.climaterescue.mock.load.Latency;
import org.climaterescue.mock.load.Phase;
import org.climaterescue.mock.load.Timeline;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Throughput and latency over time as one SVG: a column a phase, throughput above latency. Needs no display. */
final class LoadTestPicture {

    private static final int COLUMNS = 2;
    private static final int WIDTH = 560;
    private static final int HEIGHT = 300;
    private static final Color GRID = new Color(0xe3e7ea);
    private static final Color INK = new Color(0x33404a);
    private static final Color RATE = new Color(0x1b6ca8);
    private static final Color DISPATCH = new Color(0xc8553d);
    private static final Color COMPLETE = new Color(0x2e8b6f);
    /** A logarithmic scale has no nought. */
    private static final double LEAST_MS = 0.01;

    /** How many points a line has at the most. */
    private static final int MOST_POINTS = 100;

    /** How much longer than the busy part of a fleet's run the picture is. */
    private static final double OF_THE_END = 1.2;

    private static final String FONT = Font.SANS_SERIF;

    private LoadTestPicture() {}

    /** Draws the phases of a drain beside each other, or a fleet's rescue with the work of its nodes. */
    static String svg(List<Phase> phases, @Nullable FleetOutcome fleet) {
        System.setProperty("java.awt.headless", "true");
        List<XYChart> charts = new ArrayList<>();
        for (Phase phase : phases) {
            charts.add(throughput(phase, shown(phase, fleet), fleet == null ? "tasks" : "copies"));
        }
        for (Phase phase : phases) {
            charts.add(latency(shown(phase, fleet)));
        }
        if (fleet != null) {
            charts.add(shares(fleet));
            charts.add(slots(fleet));
        }
        int width = COLUMNS * WIDTH;
        int height = charts.size() / COLUMNS * HEIGHT;
        var page = new VectorGraphics2D();
        for (int i = 0; i < charts.size(); i++) {
            page.translate(i % COLUMNS * WIDTH, i / COLUMNS * HEIGHT);
            charts.get(i).paint(page, WIDTH, HEIGHT);
            page.translate(-(i % COLUMNS) * WIDTH, -(i / COLUMNS) * HEIGHT);
        }
        var bytes = new ByteArrayOutputStream();
        try {
            new SVGProcessor()
                    .getDocument(page.getCommands(), new PageSize(width, height))
                    .writeTo(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static XYChart throughput(Phase phase, List<Timeline.Slice> slices, String done) {
        XYChart chart = chart(phase.name(), done + " a second");
        chart.getStyler().setYAxisMin(0.0);
        line(chart, done + " a second", RATE, slices, Timeline.Slice::perSecond);
        return chart;
    }

    private static XYChart latency(List<Timeline.Slice> slices) {
        XYChart chart = chart("", "milliseconds a call");
        chart.getStyler().setYAxisLogarithmic(true);
        latency(chart, slices, CallKind.DISPATCH, "dispatch", DISPATCH);
        latency(chart, slices, CallKind.COMPLETE, "complete", COMPLETE);
        DoubleSummaryStatistics all = slices.stream()
                .flatMap(slice -> slice.calls().entrySet().stream())
                .filter(call -> call.getKey() == CallKind.DISPATCH || call.getKey() == CallKind.COMPLETE)
                .flatMapToDouble(call ->
                        DoubleStream.of(call.getValue().p50Ms(), call.getValue().p99Ms()))
                .summaryStatistics();
        if (all.getCount() > 0) {
            // Whole powers of ten, for only these are labelled.
            chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(Math.max(LEAST_MS, all.getMin())))));
            chart.getStyler().setYAxisMax(Math.pow(10, Math.ceil(Math.log10(Math.max(LEAST_MS, all.getMax())))));
        }
        return chart;
    }

    private static XYChart shares(FleetOutcome fleet) {
        XYChart chart = chart("work of each node", "nodes, the busiest last", "copies made");
        chart.getStyler().setYAxisMin(0.0).setLegendVisible(false);
        double[] copies = fleet.nodes().stream()
                .mapToDouble(FleetOutcome.Share::copies)
                .sorted()
                .toArray();
        double[] places =
                IntStream.rangeClosed(1, copies.length).asDoubleStream().toArray();
        add(chart, "copies", RATE, places, copies);
        return chart;
    }

    private static XYChart slots(FleetOutcome fleet) {
        XYChart chart = chart("work by slots", "slots of a node", "copies made");
        chart.getStyler().setYAxisMin(0.0).setLegendVisible(false).setMarkerSize(4);
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        XYSeries series = chart.addSeries(
                "copies",
                fleet.nodes().stream().mapToDouble(FleetOutcome.Share::slots).toArray(),
                fleet.nodes().stream().mapToDouble(FleetOutcome.Share::copies).toArray());
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(RATE);
        return chart;
    }

    private static void latency(XYChart chart, List<Timeline.Slice> slices, CallKind kind, String name, Color color) {
        List<Timeline.Slice> called =
                slices.stream().filter(slice -> slice.calls().containsKey(kind)).toList();
        line(chart, name + " p50", color, called, slice -> ms(slice, kind, Latency::p50Ms));
        line(chart, name + " p99", faint(color), called, slice -> ms(slice, kind, Latency::p99Ms));
    }

    private static double ms(Timeline.Slice slice, CallKind kind, ToDoubleFunction<Latency> percentile) {
        Latency latency = slice.calls().get(kind);
        return latency == null ? LEAST_MS : Math.max(LEAST_MS, percentile.applyAsDouble(latency));
    }

    /** What the picture shows of a phase: of a fleet, not the end, in which nearly all only wait. */
    private static List<Timeline.Slice> shown(Phase phase, @Nullable FleetOutcome fleet) {
        List<Timeline.Slice> whole = whole(phase);
        return calm(
                fleet == null
                        ? whole
                        : whole.stream()
                                .filter(slice -> slice.at() <= fleet.busySeconds() * OF_THE_END)
                                .toList());
    }

    /** Of a long run a few slices a point, or the line would be a blot. */
    private static List<Timeline.Slice> calm(List<Timeline.Slice> slices) {
        int together = Math.ceilDiv(slices.size(), MOST_POINTS);
        List<Timeline.Slice> calm = new ArrayList<>();
        for (int first = 0; together > 0 && first < slices.size(); first += together) {
            calm.add(merged(slices.subList(first, Math.min(slices.size(), first + together))));
        }
        return calm;
    }

    /** Means of what is usual, and the worst of what is rare. */
    private static Timeline.Slice merged(List<Timeline.Slice> slices) {
        Map<CallKind, Latency> calls = new EnumMap<>(CallKind.class);
        slices.forEach(slice -> slice.calls().forEach((kind, latency) -> calls.merge(kind, latency, Latency::with)));
        return new Timeline.Slice(
                slices.getLast().at(),
                slices.stream().mapToDouble(Timeline.Slice::perSecond).average().orElse(0),
                calls);
    }

    /** Without a last slice that is too short to say anything of a second. */
    private static List<Timeline.Slice> whole(Phase phase) {
        List<Timeline.Slice> all = phase.timeline();
        if (all.size() < 3) {
            return all;
        }
        double last = all.getLast().at() - all.get(all.size() - 2).at();
        return last < 0.5 ? all.subList(0, all.size() - 1) : all;
    }

    private static void line(
            XYChart chart,
            String name,
            Color color,
            List<Timeline.Slice> slices,
            ToDoubleFunction<Timeline.Slice> value) {
        if (!slices.isEmpty()) {
            add(
                    chart,
                    name,
                    color,
                    slices.stream().mapToDouble(Timeline.Slice::at).toArray(),
                    slices.stream().mapToDouble(value).toArray());
        }
    }

    static void add(XYChart chart, String name, Color color, double[] x, double[] y) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setLineColor(color);
        series.setLineWidth(1.6f);
        series.setMarker(x.length == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setMarkerColor(color);
    }

    static XYChart chart(String title, String unit) {
        return chart(title, "seconds", unit);
    }

    static XYChart chart(String title, String across, String unit) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(across)
                .yAxisTitle(unit)
                .build();
        var styler = chart.getStyler();
        styler.setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setChartTitleFont(new Font(FONT, Font.BOLD, 15))
                .setChartTitleBoxVisible(false)
                .setChartTitleVisible(!title.isEmpty())
                .setLegendFont(new Font(FONT, Font.PLAIN, 11))
                .setLegendSeriesLineLength(16)
                .setLegendPadding(6)
                .setLegendPosition(Styler.LegendPosition.OutsideS)
                .setLegendLayout(Styler.LegendLayout.Horizontal)
                .setLegendBorderColor(Color.WHITE);
        styler.setAxisTitleFont(new Font(FONT, Font.PLAIN, 12))
                .setAxisTickLabelsFont(new Font(FONT, Font.PLAIN, 11))
                .setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(new BasicStroke(1))
                .setPlotGridVerticalLinesVisible(false)
                .setXAxisTickMarkSpacingHint(60)
                .setXAxisMaxLabelCount(8)
                .setXAxisMin(0.0)
                .setYAxisTickLabelsFormattingFunction(LoadTestPicture::number)
                .setXAxisTickLabelsFormattingFunction(LoadTestPicture::number);
        styler.setChartFontColor(INK);
        return chart;
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : new BigDecimal(value, new MathContext(2)).toPlainString();
    }

    private static Color faint(Color color) {
        return new Color(mixed(color.getRed()), mixed(color.getGreen()), mixed(color.getBlue()));
    }

    private static int mixed(int channel) {
        return (channel + 2 * 235) / 3 - 20;
    }
}
