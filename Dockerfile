# One image for every part: "up" is a dispatcher, "agent" a node agent, "mock" the mock origin and priorizer.
# Built in two stages, so that what runs holds neither Maven nor sources.

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml ./
COPY protocol protocol
COPY rescue-db rescue-db
COPY priorizer-client priorizer-client
COPY dispatcher dispatcher
COPY node-agent node-agent
COPY mock mock
COPY cli cli
# Of what is only measured with, Maven wants to see that it is there.
COPY benchmarks/pom.xml benchmarks/
RUN --mount=type=cache,target=/root/.m2 mvn -B -q -Dquick -pl cli -am package \
    && mkdir -p /app/lib \
    && cp cli/target/lib/*.jar cli/target/cli-*.jar /app/lib/ \
    && rm /app/lib/embedded-postgres-binaries-darwin-* /app/lib/embedded-postgres-binaries-windows-* \
    && cp mock/mock_data.json /app/

FROM eclipse-temurin:25-jre AS program
RUN groupadd --gid 10001 rescue \
    && useradd --uid 10001 --gid rescue --no-create-home --home-dir /data --shell /usr/sbin/nologin rescue \
    && mkdir /data \
    && chown rescue:rescue /data
COPY --from=build /app /app
COPY docker/healthy docker/rescue /usr/local/bin/
USER rescue
WORKDIR /data
ENV MOCK_DATA_PATH=/app/mock_data.json
EXPOSE 8001
# exec form, and the script makes way: the program itself receives the signal to stop.
ENTRYPOINT ["rescue"]
CMD ["up"]

# A demo shows a dispatcher's JVM what matters. Where one cannot run while an image is built, dispatchers start as slowly as without.
FROM program AS trained
RUN mkdir /tmp/training; \
    XDG_CACHE_HOME=/tmp/training java -Djava.io.tmpdir=/tmp/training -cp "/app/lib/*" org.climaterescue.cli.Training \
        env JAVA_OPTS=-XX:AOTCacheOutput=/tmp/rescue.aot rescue up; \
    touch /tmp/rescue.aot

FROM program
COPY --from=trained /tmp/rescue.aot /app/
