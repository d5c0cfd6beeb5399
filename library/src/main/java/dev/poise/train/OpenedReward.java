package dev.poise.train;

import dev.poise.oracle.Reward;
import dev.poise.oracle.Service;
import dev.poise.remote.Counts;
import dev.poise.remote.RemoteReward;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A reward for as long as it is used, with the reward models that it reads and the services that it asks.
///
/// @param reward what scores completions
/// @param models the reward models it reads
/// @param services the commands and endpoints it asks
public record OpenedReward(Reward reward, List<LearnedReward> models, List<RemoteReward> services)
        implements AutoCloseable {

    public OpenedReward {
        models = List.copyOf(models);
        services = List.copyOf(services);
    }

    /// Opens what is described.
    ///
    /// @param specifications as [Reward#parse(List)] reads them, at least one
    /// @param model reads the reward model in a directory
    /// @param service opens what asks a command or an endpoint
    /// @throws IllegalArgumentException saying what is wrong; nothing stays open then
    public static OpenedReward of(
            List<String> specifications, Function<Path, LearnedReward> model, Function<Service, RemoteReward> service) {
        List<LearnedReward> models = new ArrayList<>();
        List<RemoteReward> services = new ArrayList<>();
        boolean opened = false;
        try {
            Reward reward = Reward.parse(
                    specifications,
                    directory -> kept(models, model.apply(directory)),
                    described -> kept(services, service.apply(described)));
            opened = true;
            return new OpenedReward(reward, models, services);
        } finally {
            if (!opened) {
                models.forEach(LearnedReward::close);
                services.forEach(RemoteReward::close);
            }
        }
    }

    private static <T> T kept(List<T> list, T one) {
        list.add(one);
        return one;
    }

    /// What asking the services came to so far.
    public Counts counts() {
        return services.stream().map(RemoteReward::counts).reduce(Counts.NONE, Counts::plus);
    }

    @Override
    public void close() {
        models.forEach(LearnedReward::close);
        services.forEach(RemoteReward::close);
    }
}
