package org.climaterescue.benchmarks.micro;

import java.util.concurrent.TimeUnit;
import org.climaterescue.db.intake.AssetUrl;
import org.climaterescue.dispatcher.intake.CanonicalUrl;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to bring a URL into its canonical form. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class CanonicalUrlBenchmark {

    /** As catalogs have them: plain, untidy, of a host with letters beyond ASCII, and a magnet. */
    @Param({
        "https://data.example.org/archive/project-7/dataset-12/file-3.nc?version=1",
        "HTTPS://Data.Example.ORG:443/archive/../a%7eb/./c d.nc?q=%c3%a9#part",
        "http://données.example.org/températures/été.csv",
        "magnet:?xt=urn:btih:C12FE1C06BBA254A9DC9F519B335AA7C1367A88A&dn=name"
    })
    public String url = "";

    /** One URL. */
    @Benchmark
    public AssetUrl canonical() {
        return CanonicalUrl.of(url);
    }
}
