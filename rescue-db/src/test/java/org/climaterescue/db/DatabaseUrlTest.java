package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.climaterescue.protocol.Texts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "postgresql://joe:pw@db:6543/rescue    | jdbc:postgresql://db:6543/rescue                | joe | pw",
                "postgres://joe:pw@db/rescue           | jdbc:postgresql://db:5432/rescue                | joe | pw",
                "postgres://joe@db                     | jdbc:postgresql://db:5432/joe                   | joe | -",
                "postgresql:///rescue                  | jdbc:postgresql://localhost:5432/rescue         | -   | -",
                "postgresql://[::1]:5433/rescue        | jdbc:postgresql://[::1]:5433/rescue             | -   | -",
                "postgresql://a:1,b:2/rescue           | jdbc:postgresql://a:1,b:2/rescue                | -   | -",
                "postgresql://j%40x:p%2Fw@db/r%20s     | jdbc:postgresql://db:5432/r%20s                 | j@x | p/w",
                "postgresql://joe:p@w@db/rescue        | jdbc:postgresql://db:5432/rescue                | joe | p@w",
                "postgresql://joe:p:w@db/rescue        | jdbc:postgresql://db:5432/rescue                | joe | p:w",
                "postgresql://joe:a+b@db/rescue        | jdbc:postgresql://db:5432/rescue                | joe | a+b",
                "jdbc:postgresql://db/rescue           | jdbc:postgresql://db:5432/rescue                | -   | -",
                "jdbc:postgresql://joe:pw@db/rescue    | jdbc:postgresql://db:5432/rescue                | joe | pw",
                "jdbc:postgresql://db/r?user=joe&password=p%20w&sslmode=require | jdbc:postgresql://db:5432/r?sslmode=require | joe | p w",
                "postgres://db/r?application_name=x&connect_timeout=2 | jdbc:postgresql://db:5432/r?ApplicationName=x&connectTimeout=2 | - | -",
                "postgres://db/r?target_session_attrs=read-write | jdbc:postgresql://db:5432/r?targetServerType=primary | - | -",
            })
    void aUrlNamesServerUserAndPassword(String url, String jdbcUrl, String user, String password) {
        assertThat(DatabaseUrl.parse(" " + url + "\n")).isEqualTo(new DatabaseUrl(jdbcUrl, user, password));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "joe:s3cret@db/rescue",
                "mysql://joe:s3cret@db/rescue",
                "postgresql+psycopg2://joe:s3cret@db/rescue",
                "postgresql://joe:s3cret/x@db/rescue",
                "postgresql://joe:12/s3cret@db",
                "postgresql://joe:s3cret?x@db/rescue",
                "postgresql://joe:12?s3cret=x@db/rescue",
                "postgresql://joe:s3cret#x@db/rescue",
                "postgresql://joe:s3cret%@db/rescue",
                "postgresql://joe:s3cret%zz@db/rescue",
                "postgresql://joe:s3cret%ff@db/rescue",
                "postgresql://joe:s3cret@db:port/rescue",
                "postgresql://joe:s3cret@db:70000/rescue",
                "postgresql://joe:s3cret@db:0/rescue",
                "postgresql://joe:s3cret@db/rescue?s3cret",
                "postgresql://joe:s3cret@%2Fvar%2Frun/rescue",
                "postgresql://joe:s3cret@/rescue?host=/var/run",
            })
    void aBadUrlIsRefusedInOneLineThatKeepsThePassword(String url) {
        assertThatThrownBy(() -> DatabaseUrl.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .startsWith("DATABASE_URL is not")
                .hasLineCount(1)
                .doesNotContain("s3cret");
    }

    @Property
    void anEncodedPasswordArrivesAsItIs(@ForAll @StringLength(min = 1, max = 40) String password) {
        if (Texts.storable(password)) {
            String encoded = URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20");
            assertThat(DatabaseUrl.parse("postgresql://joe:" + encoded + "@db/rescue")
                            .password())
                    .isEqualTo(password);
            assertThat(DatabaseUrl.parse("jdbc:postgresql://db/rescue?user=joe&password=" + encoded)
                            .password())
                    .isEqualTo(password);
        }
    }

    /** Raw in the URL, a password with a slash or the like is cut into other parts; none of them may come to light. */
    @Property
    void howeverThePasswordIsWrittenItIsNotShown(
            @ForAll @StringLength(min = 4, max = 12) @CharRange(from = '!', to = '~') String written) {
        String password = written.substring(0, 2) + "s3cret" + written.substring(2);
        String shown;
        try {
            shown = DatabaseUrl.parse("postgresql://joe:" + password + "@db/rescue")
                    .toString();
        } catch (IllegalArgumentException e) {
            shown = String.valueOf(e.getMessage());
        }
        assertThat(shown).doesNotContain("s3cret");
    }

    @Test
    void aUrlShowsNoPassword() {
        var url = DatabaseUrl.parse("postgresql://joe:s3cret@db/rescue?sslmode=require");
        assertThat(url.toString()).isEqualTo("db:5432/rescue as joe");
        assertThat(new DatabaseConfig("postgresql://joe:s3cret@db/rescue", Path.of("data")).toString())
                .doesNotContain("s3cret");
    }
}
