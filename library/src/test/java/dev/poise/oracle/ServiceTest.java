package dev.poise.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServiceTest {

    @Test
    void readsCommandsWithQuotedWords() {
        assertThat(Service.parse("command: python3  'my judge.py' --scale \"0.5\" ''"))
                .isEqualTo(new Service.Command(
                        List.of("python3", "my judge.py", "--scale", "0.5", ""), Service.Manner.DEFAULT));
    }

    @Test
    void readsEndpointsWithOptions() {
        assertThat(Service.parse(
                        "endpoint[batch=7, timeout=2.5,retries=0,pause=0.1,version=b,token=KEY]:https://h:1/s?a=b:c"))
                .isEqualTo(new Service.Endpoint(
                        URI.create("https://h:1/s?a=b:c"),
                        new Service.Manner(7, 2.5, 0, 0.1, "b"),
                        new Service.Header("Authorization", "KEY", "Bearer ")));
        assertThat(Service.parse("endpoint[header=X-Key@KEY]:http://h"))
                .extracting("header")
                .isEqualTo(new Service.Header("X-Key", "KEY", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "command: | command must name a program, got none",
                "command:a 'b | command must close its quotes, got an open '",
                "command[size=3]:a | option must be one of batch, timeout, retries, pause, version, got \"size\"",
                "command[token=A]:a | option must be one of batch, timeout, retries, pause, version, got \"token\"",
                "command[batch=0]:a | batch must be at least 1, got 0",
                "command[batch=1,batch=2]:a | option must be given once, got batch twice",
                "command[batch:a | options must stand in brackets before the colon, got \"command[batch\"",
                "command[timeout=NaN]:a | timeout must be finite and above 0, got NaN",
                "command[pause=-1]:a | pause must be finite and at least 0, got -1.0",
                "endpoint:ftp://h/x | endpoint must be a URL such as https://host/score, got \"ftp://h/x\"",
                "endpoint:http://h/a b | endpoint must be a URL such as https://host/score, got one wrong at index 10",
                "endpoint[header=X]:http://h | header must be NAME@VARIABLE, got \"X@\"",
                "endpoint[token=A,header=B@C]:http://h | token and header must not both be given"
            })
    void saysWhatIsWrong(String specification, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Service.parse(specification))
                .withMessage(problem);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reward.parse(
                        List.of(specification),
                        path -> (prompt, completion) -> 0,
                        service -> (prompt, completion) -> 0))
                .withMessageStartingWith("reward \"" + specification + "\": " + problem + "; legal: ");
    }

    /// A password in an address would be written into recipes and manifests; it is not repeated either.
    @Test
    void secretsInAddressesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Service.parse("endpoint:https://me:secret@h/score"))
                .withMessage("endpoint must not hold a user or password; name the environment variable with its token"
                        + " instead: endpoint[token=VARIABLE]:URL");
    }

    @Test
    void rulesAloneRefuseServices() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reward.parse("command:true"))
                .withMessageContaining("kind must be a rule here, got a command or endpoint");
    }
}
