package com.scrapersky.profiles.soak;

import com.scrapersky.profiles.ServiceProcess;
import com.scrapersky.session.testkit.reliability.Faults;
import com.scrapersky.session.testkit.reliability.Flatness.Look;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** The service in a process of its own, so that heap, threads and connections are its own; looked at by JMX. */
final class WatchedService implements AutoCloseable {

    private final ServiceProcess service;
    private final JMXConnector connector;
    private final MBeanServerConnection program;
    private final ObjectName pool;

    private WatchedService(ServiceProcess service) throws IOException, JMException {
        this.service = service;
        connector = JMXConnectorFactory.connect(new JMXServiceURL(managementAddress(service.process())));
        program = connector.getMBeanServerConnection();
        pool = program.queryNames(new ObjectName("com.zaxxer.hikari:type=Pool (*)"), null)
                .iterator()
                .next();
    }

    /** Returns once it serves. */
    static WatchedService start(
            Class<?> main, String name, List<String> options, List<String> settings, Map<String, String> environment)
            throws IOException, JMException {
        List<String> small = new ArrayList<>(options);
        small.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC"));
        List<String> all = new ArrayList<>(settings);
        // Pools tell JMX how many connections they have.
        all.add("--spring.datasource.hikari.register-mbeans=true");
        ServiceProcess service = ServiceProcess.start(main, name, small, all, environment);
        try {
            return new WatchedService(service);
        } catch (IOException | JMException | RuntimeException failed) {
            service.close();
            throw failed;
        }
    }

    int port() {
        return service.port();
    }

    /** What it has when nothing is asked of it; whoever is about to give a connection back has a moment for it. */
    Look look() throws IOException, JMException {
        int inUse = number("ActiveConnections");
        for (int i = 0; i < 100 && inUse > 0; i++) {
            Faults.whileItLasts(20);
            inUse = number("ActiveConnections");
        }
        return Look.at(program, inUse, number("TotalConnections"));
    }

    private int number(String attribute) throws IOException, JMException {
        return (Integer) program.getAttribute(pool, attribute);
    }

    private static String managementAddress(Process process) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
            try {
                return machine.startLocalManagementAgent();
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException unknown) {
            throw new IOException(unknown);
        }
    }

    @Override
    public void close() {
        try {
            connector.close();
        } catch (IOException ended) {
            // It is gone, which the next line is about.
        }
        service.close();
    }
}
