package com.scrapersky.session.frameworks.spring;

import com.scrapersky.session.frameworks.Transcript;
import com.scrapersky.session.frameworks.UserProgram;
import javax.sql.DataSource;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** Spring Batch with its job repository in the database, which creates job executions in SERIALIZABLE. */
final class BatchProgram implements UserProgram {

    @Override
    public void run(DataSource dataSource, Transcript transcript) throws Exception {
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        new ResourceDatabasePopulator(new ClassPathResource("org/springframework/batch/core/schema-postgresql.sql"))
                .execute(dataSource);
        jdbc.execute("""
                create table orders (id int primary key, amount numeric(10, 2));
                insert into orders select n, n * 1.5 from generate_series(1, 95) n;
                create table invoice (order_id int primary key, amount numeric(10, 2));
                create table total (amount numeric(10, 2));
                insert into total values (0);
                -- What the server thinks of the transactions that write to the job repository.
                create table seen (what text, isolation text);
                create function note() returns trigger language plpgsql as $$
                begin
                    insert into seen values (tg_op || ' ' || tg_table_name, current_setting('transaction_isolation'));
                    return new;
                end $$;
                create trigger note before insert on batch_job_instance for each row execute function note();
                create trigger note before insert or update on batch_job_execution for each row execute function note();
                create trigger note before insert on batch_step_execution for each row execute function note()
                """);
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.getBeanFactory().registerSingleton("dataSource", dataSource);
            context.register(InvoicingJob.class);
            context.refresh();
            JobOperator operator = context.getBean(JobOperator.class);
            Job job = context.getBean(Job.class);
            JobParameters november =
                    new JobParametersBuilder().addString("month", "2026-11").toJobParameters();
            tell("first run", operator.start(job, november), transcript);
            transcript.saw("invoices after failure", jdbc.queryForObject("select count(*) from invoice", Long.class));
            tell("second run", operator.start(job, november), transcript);
            transcript.outcome("third run", () -> operator.start(job, november));
            jdbc.execute("truncate invoice");
            tell(
                    "another month",
                    operator.start(
                            job,
                            new JobParametersBuilder()
                                    .addString("month", "2026-12")
                                    .toJobParameters()),
                    transcript);
            JobRepository repository = context.getBean(JobRepository.class);
            transcript.saw("instances", repository.getJobInstanceCount("invoicing"));
            transcript.saw(
                    "last execution",
                    repository.getLastJobExecution("invoicing", november).getStatus());
        }
        transcript.saw("total", jdbc.queryForObject("select amount from total", String.class));
        transcript.saw(
                "isolation levels",
                jdbc.queryForList("select what, isolation, count(*) from seen group by 1, 2 order by 1, 2"));
        transcript.transactions(() -> jdbc.queryForObject("select pg_backend_pid()", Integer.class));
    }

    private static void tell(String run, JobExecution execution, Transcript transcript) {
        transcript.saw(run, execution.getStatus());
        execution
                .getStepExecutions()
                .forEach(step -> transcript.saw(
                        run + ", step " + step.getStepName(),
                        step.getStatus() + ", read " + step.getReadCount() + ", written " + step.getWriteCount()
                                + ", commits " + step.getCommitCount() + ", rollbacks " + step.getRollbackCount()));
    }
}
